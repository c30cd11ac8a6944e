"""Where the content of blobs lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.blobs.directory import DirectoryBlobs
from judge.blobs.http import HttpBlobs
from judge.config import BlobSettings, BrokerSettings, Settings
from judge.errors import BlobStoreUnset, HostFault
from judge.tenant_blobs.place import BlobPlace, blob_place_of


def test_the_store_of_the_settings_wins(tmp_path: Path) -> None:
    for broker in (BrokerSettings(), BrokerSettings(address="redis://somewhere")):
        settings = Settings(state_dir=str(tmp_path), broker=broker, blobs=BlobSettings(store="http://127.0.0.1:9/b/"))
        assert isinstance(blob_place_of(settings).store(), HttpBlobs)


def test_a_machine_that_serves_itself_needs_none_and_lets_nobody_look(tmp_path: Path) -> None:
    place = blob_place_of(Settings(state_dir=str(tmp_path / "state")))
    assert isinstance(place.store(), DirectoryBlobs)
    assert (tmp_path / "state" / "blobs").stat().st_mode & 0o777 == 0o700


def test_elsewhere_the_missing_setting_is_named(tmp_path: Path) -> None:
    place = blob_place_of(Settings(state_dir=str(tmp_path), broker=BrokerSettings(address="redis://somewhere")))
    assert not place.is_set
    with pytest.raises(BlobStoreUnset, match="set blob_store"):
        place.store()


def test_an_own_directory_that_cannot_be_is_the_hosts_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostFault, match="file/blobs"):
        BlobPlace(own=tmp_path / "file" / "blobs").store()
