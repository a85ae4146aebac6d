"""``python -m normlint``."""

from normlint.cli import main

if __name__ == "__main__":
    main()
