"""Orders as custodians take them, as far as their layouts are public: one layout a module."""
