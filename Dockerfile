# Two stages: one builds the program, the other holds it, the certificates it trusts and nothing else, not even a shell.
# The tags are pinned; pin digests too where your builds must not depend on a registry keeping its word:
#   docker build --build-arg RUST=rust:…@sha256:… --build-arg BASE=gcr.io/distroless/cc-debian12:…@sha256:… .
ARG RUST=rust:1.95.0-slim-bookworm
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUST} AS build
# aws-lc, the cryptography below TLS, is C.
RUN apt-get update && apt-get install --yes --no-install-recommends cmake g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY src ./src
COPY schemas ./schemas
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin grantsync && cp target/release/grantsync /grantsync

FROM ${BASE}
COPY --from=build /grantsync /usr/local/bin/grantsync
# Nothing is written to the file system: run it with a read-only root, and mount the files and the token.
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/grantsync"]
CMD ["--help"]
