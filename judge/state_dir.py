"""The state directory of a worker or a command: what lies where in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StateDir:
    """Names of places below ``root``; nothing is read or made.

    ::

        ROOT/                   mode 755: programs in the sandbox reach their files through it
          lock                  held by the one supervisor that works here
          node-id               the number in the worker's name, made once
          redis/                the embedded server's data; mode 700
            redis.sock          its socket
          run/                  what the processes of one worker leave for each other; emptied at each start
          stage/                where a slot's mounts are prepared; nothing is ever in it outside of mount namespaces
          artifacts/            compiled programs by the digest of all that went into them
          layers/               the layers that `judge rootfs build` made
          rootfs/               skeletons of root directories that containers are given
          languages/            what the quick test found of each language
          unprepared/           why what a language prepares could not be made
          variants/             variants of languages with libraries, made by `judge languages install --with`
          toolchain-versions/   what each compiler calls itself
          packages/             unpacked packages that were fetched from the store by digest
          package-store/        the store of a single machine's packages; mode 700
          blobs/                the store of a single machine's blobs; mode 700
          blob-cache/           blobs that were fetched from the store
          package-digests/      digests of packages that lie elsewhere
          scratch/              what lies on disk while one piece of work is done, by slot; mode 700
          time-limits/          time limits that the jury's submissions gave
    """

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def node_id(self) -> Path:
        return self.root / "node-id"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def redis_socket(self) -> Path:
        return self.redis / "redis.sock"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def stage(self) -> Path:
        return self.root / "stage"

    @property
    def artifacts(self) -> Path:
        return self.root / "artifacts"

    @property
    def layers(self) -> Path:
        return self.root / "layers"

    @property
    def rootfs(self) -> Path:
        return self.root / "rootfs"

    @property
    def languages(self) -> Path:
        return self.root / "languages"

    @property
    def unprepared(self) -> Path:
        return self.root / "unprepared"

    @property
    def variants(self) -> Path:
        return self.root / "variants"

    @property
    def toolchain_versions(self) -> Path:
        return self.root / "toolchain-versions"

    @property
    def packages(self) -> Path:
        return self.root / "packages"

    @property
    def package_store(self) -> Path:
        return self.root / "package-store"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def blob_cache(self) -> Path:
        return self.root / "blob-cache"

    @property
    def package_digests(self) -> Path:
        return self.root / "package-digests"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def time_limits(self) -> Path:
        return self.root / "time-limits"
