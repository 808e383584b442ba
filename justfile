# The recipes; `just` alone lists them. Each is one line that also works without just.

_list:
    @just --list --unsorted

# Ostiary with two apps and a clinic's people, gone with Ctrl-C
demo *args:
    ./demo {{ args }}

# every test, with PostgreSQL and a browser; words filter by name
test *words:
    tests/run {{ words }}

# the house rules alone, in seconds
rules:
    cargo test --test all architecture

# what must hold before a change lands
ci:
    .ci/run

# clippy as .ci/run runs it
lint:
    cargo clippy --all-targets --workspace --locked -- -D warnings

# format everything
fmt:
    cargo fmt --all

# licences, sources and duplicates of what we depend on (cargo install cargo-deny)
deny:
    cargo deny check bans licenses sources
