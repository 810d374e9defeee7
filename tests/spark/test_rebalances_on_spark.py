"""A night of rebalances on a cluster: the files of the pool, byte for byte."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.batch.households_with_targets import AS_OF, write_book

from taxlots.workflows.batch import run_batch
from taxlots.workflows.partition import partition


def test_a_cluster_writes_the_rebalances_of_the_pool_and_goes_on_with_them(
    cluster: Any, contents: Callable[[Path], dict[str, bytes]], tmp_path: Path
) -> None:
    parts, pooled, begun = tmp_path / "parts", tmp_path / "pooled", tmp_path / "begun"
    partition(str(write_book(tmp_path / "book", seed=6)), parts, households_per_partition=1)
    manifest = run_batch(parts, pooled, as_of=AS_OF, plan="rebalance")
    shutil.copytree(pooled, begun)
    shutil.rmtree(begun / "part-00001")
    (begun / "manifest.json").unlink()

    for out in (tmp_path / "out", begun):
        assert run_batch(parts, out, as_of=AS_OF, plan="rebalance", spark=cluster) == manifest
        assert contents(out) == contents(pooled)

    assert manifest["totals"]["households_done"] == manifest["totals"]["households"]
