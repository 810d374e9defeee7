"""Java comes from the system's packages where there is none, or an old one; otherwise it stays."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("setup-java.sh")
NEEDED = ("sh", "sed", "head", "env", "cp")
OLD = "#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n"
NEW = "#!/bin/sh\necho 'openjdk version \"17.0.15\" 2025-04-15' >&2\n"


class Machine:
    """A folder of programs that stands for a computer: its Java, its apt-get, who runs them."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.told = folder / "told"
        self.java = folder / "new-java"
        self.programs.mkdir()
        for name in NEEDED:
            found = shutil.which(name)
            assert found is not None
            (self.programs / name).symlink_to(found)
        self.program("id", "#!/bin/sh\necho 0\n")

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def has_apt_get(self) -> None:
        """It installs a new Java."""
        self.java.write_text(NEW)
        self.java.chmod(0o755)
        self.program(
            "apt-get",
            f'#!/bin/sh\necho "$@" >> {self.told}\n'
            f'case "$*" in *install*) cp {self.java} {self.programs}/java ;; esac\n',
        )

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), **more}
        return subprocess.run(
            [SCRIPT], env=environment, capture_output=True, text=True, check=False
        )

    @property
    def asked(self) -> str:
        """What apt-get was asked to do."""
        return self.told.read_text() if self.told.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_java_that_is_new_enough_stays(machine: Machine) -> None:
    machine.program("java", NEW)
    machine.has_apt_get()

    ran = machine.run()

    assert ran.returncode == 0
    assert "Java 17 is there" in ran.stdout
    assert machine.asked == ""


@pytest.mark.parametrize("java", ["", OLD], ids=["none", "old"])
def test_java_is_installed_without_what_needs_a_screen(machine: Machine, java: str) -> None:
    if java:
        machine.program("java", java)
    machine.has_apt_get()

    ran = machine.run()

    assert ran.returncode == 0, ran.stderr
    assert "Java 17 is installed" in ran.stdout
    update, install = machine.asked.splitlines()
    assert update.endswith("update")
    assert "--no-install-recommends openjdk-17-jre-headless" in install


def test_another_user_than_root_asks_sudo(machine: Machine) -> None:
    machine.program("id", "#!/bin/sh\necho 1000\n")
    machine.program("sudo", f'#!/bin/sh\necho sudo >> {machine.told}\nexec "$@"\n')
    machine.has_apt_get()

    assert machine.run().returncode == 0
    assert machine.asked.splitlines()[::2] == ["sudo", "sudo"]


def test_whoever_may_not_install_is_told(machine: Machine) -> None:
    machine.program("id", "#!/bin/sh\necho 1000\n")
    machine.has_apt_get()

    ran = machine.run()

    assert ran.returncode == 1
    assert "as root" in ran.stderr
    assert machine.asked == ""


def test_a_system_without_apt_get_is_told(machine: Machine) -> None:
    machine.program("java", OLD)

    ran = machine.run()

    assert ran.returncode == 1
    assert "needs Java 17 or newer; install it (found: 1" in ran.stderr


def test_a_java_home_that_is_named_is_never_replaced(machine: Machine) -> None:
    machine.has_apt_get()

    ran = machine.run(JAVA_HOME=os.devnull)

    assert ran.returncode == 1
    assert "correct or unset it" in ran.stderr
    assert machine.asked == ""
