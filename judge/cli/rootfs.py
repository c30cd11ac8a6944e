"""``judge rootfs``: the layers that languages stand on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from judge.cli.package_source import add_package_source, package_source
from judge.config import Settings, load_settings
from judge.errors import UsageError
from judge.model.language import LanguageSpec
from judge.model.units import format_bytes
from judge.parsers import Subparsers
from judge.rootfs.debian import build_toolchain, check_pins, toolchain_request
from judge.rootfs.host_root import host_view
from judge.rootfs.layers import Layer, LayerKind, LayerStore, summary_of
from judge.rootfs.mirrors import PackageSource
from judge.rootfs.registries import build_npm, build_pypi
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains, packages_request


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "rootfs",
        help="build, list, show and remove the layers that languages stand on",
        description="Layers are immutable directories named by the digest of their manifest, stacked read-only under "
        "each run. Without any, languages use this machine's own toolchains (--host).",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="build the base layer and one layer per toolchain")
    build.add_argument("languages", nargs="*", metavar="LANG", help="ids or aliases")
    build.add_argument("--host", action="store_true", help="only the view of this machine's own toolchains")
    add_package_source(build)
    build.add_argument(
        "--pin", metavar="FILE", default="", help="a manifest printed by show --json: this very layer is made again"
    )
    listing = actions.add_parser("list", help="every layer, its size, and the languages that stand on it")
    listing.add_argument("--json", action="store_true", help="print as JSON")
    show = actions.add_parser("show", help="a layer's manifest: its packages and their versions")
    show.add_argument("layer", help="id, or the beginning of one")
    show.add_argument("--json", action="store_true", help="print as JSON")
    show.add_argument("--verify", action="store_true", help="read the whole layer and compare its digest")
    remove = actions.add_parser("remove", help="remove layers that no other layer lies on")
    remove.add_argument("layers", nargs="+", metavar="LAYER", help="id, or the beginning of one")


def run(args: argparse.Namespace) -> int:
    """Dispatch to the action."""
    settings = load_settings()
    actions = {"build": _build, "list": _list, "show": _show, "remove": _remove}
    return actions[args.action](args, settings)


def _build(args: argparse.Namespace, settings: Settings) -> int:
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    chosen = [languages.get(name) for name in args.languages]
    if args.host:
        view = host_view(settings.state, [pattern for language in chosen for pattern in language.host_files])
        print(view.rootfs.mounts[0].lowers[0])
        return 0
    if not chosen:
        raise UsageError("name at least one language, or --host")
    store = LayerStore(settings.state)
    source = package_source(args, settings.layers)
    pinned = _pinned(args.pin, source.suite, chosen) if args.pin else None
    for language in chosen:
        for layer in _build_one(store, source, language, pinned):
            size = format_bytes(layer.size_bytes)
            print(f"{language.id}: {layer.id} ({size}, {len(layer.packages)} packages) {store.tree(layer)}")
    return 0


def _build_one(store: LayerStore, source: PackageSource, language: LanguageSpec, pinned: Layer | None) -> list[Layer]:
    built = []
    for registry, packages in language.packages.items():
        request = packages_request(source.suite, registry, packages)
        if registry == "debian":
            print(f"{language.id}: building {' '.join(packages)}", file=sys.stderr)
            built.append(build_toolchain(store, source, packages, pinned))
        elif registry == "npm":
            built.append(store.find(LayerKind.NPM, request) or build_npm(store, request, packages))
        elif registry == "pypi":
            built.append(store.find(LayerKind.PYPI, request) or build_pypi(store, request, packages))
    return built


def _pinned(path: str, suite: str, chosen: Sequence[LanguageSpec]) -> Layer:
    """The manifest of the file: of the layer that all the languages want. Raises UsageError."""
    try:
        layer = msgspec.json.decode(Path(path).read_bytes(), type=Layer)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"{path}: not a manifest: {error}") from error
    for language in chosen:
        try:
            check_pins(layer, toolchain_request(suite, language.packages.get("debian", ())))
        except UsageError as error:
            raise UsageError(f"{path}: {language.id}: {error}") from error
    return layer


def _list(args: argparse.Namespace, settings: Settings) -> int:
    toolchains = Toolchains(settings.state)
    users = toolchains.used_layers(
        Languages.open(settings.worker.languages_dir, settings.state.variants).with_variants()
    )
    layers = toolchains.layers.all()
    if args.json:
        rows = [msgspec.to_builtins(layer) | {"id": layer.id, "languages": users.get(layer.id, [])} for layer in layers]
        print(msgspec.json.encode(rows).decode())
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("layer", "size", "packages", "languages"):
        table.add_column(heading, overflow="fold")
    for layer in layers:
        used_by = ", ".join(users.get(layer.id, [])) or ("below others" if layer.kind is LayerKind.BASE else "none")
        table.add_row(layer.id, format_bytes(layer.size_bytes), str(len(layer.packages)), used_by)
    Console(highlight=False).print(table)
    return 0


def _show(args: argparse.Namespace, settings: Settings) -> int:
    store = LayerStore(settings.state)
    layer = store.get(args.layer)
    if args.verify:
        content, _ = summary_of(store.tree(layer))
        if content != layer.content:
            print(f"{layer.id}: damaged: its content is not what its manifest says", file=sys.stderr)
            return 1
    if args.json:
        print(msgspec.json.encode(layer).decode())
        return 0
    print(f"{layer.id}\n{store.tree(layer)}\n{format_bytes(layer.size_bytes)}, content {layer.content}")
    origin = store.origin(layer)
    if origin is not None:
        print(f"built of {origin.suite} from {', '.join(origin.mirrors) or 'its own mirrors'}")
    if layer.parent:
        print(f"lies on {layer.parent}")
    for package in layer.packages:
        print(f"  {package}")
    return 0


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    store = LayerStore(settings.state)
    for name in args.layers:
        layer = store.get(name)
        store.remove(layer)
        print(f"removed {layer.id}")
    return 0
