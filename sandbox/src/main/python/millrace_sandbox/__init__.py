"""One-shot, prewarmed Python sandboxes behind a worker slot. README.md has the theory of operation."""
