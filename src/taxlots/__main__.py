"""``python -m taxlots`` is the command ``taxlots``."""

from taxlots.cli.main import main

if __name__ == "__main__":
    main()
