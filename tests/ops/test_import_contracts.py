"""The rule that features meet at their services is really kept watch over."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.console import ROOT

CONFIG = """
[importlinter]
root_package = shop
contract_types =
    features: ops.import_contracts.FeaturesContract
[importlinter:contract:1]
name = features
type = features
package = shop
wiring =
    migrations
shared =
    stock.prices
faces =
    window -> stock
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for feature in ("tills", "stock", "window", "migrations"):
        (tmp_path / "shop" / feature).mkdir(parents=True)
        for module in ("__init__", "service", "model", "prices"):
            (tmp_path / "shop" / feature / f"{module}.py").touch()
    (tmp_path / "shop/__init__.py").touch()
    (tmp_path / "config.ini").write_text(CONFIG)
    return tmp_path


def lint(shop: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [program, "--no-cache", "--config", "config.ini"]
    env = {"PYTHONPATH": f"{shop}:{ROOT}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=shop, env=env, capture_output=True, text=True, timeout=60)


def test_services_are_open_to_all_and_more_to_wiring_and_faces(shop):
    (shop / "shop/tills/service.py").write_text("import shop.stock.service, shop.stock.prices\n")
    (shop / "shop/window/service.py").write_text("import shop.stock.model\n")
    (shop / "shop/migrations/model.py").write_text("import shop.stock.model\n")
    assert lint(shop).returncode == 0


def test_reaching_into_another_features_tables_is_refused_by_name(shop):
    (shop / "shop/tills/service.py").write_text("import shop.stock.model\n")
    done = lint(shop)
    assert done.returncode == 1
    assert "shop.tills.service imports shop.stock.model" in " ".join(done.stdout.split())


def test_a_folder_whose_imports_nobody_sees_is_refused_by_name(shop):
    (shop / "shop/tills/__init__.py").unlink()
    (shop / "shop/migrations/__init__.py").unlink()
    done = lint(shop)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "tills has no __init__.py" in said and "migrations has" not in said
