"""The import rule of handoff that import-linter lacks: features meet at their `service` modules only."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FeaturesContract(Contract):
    """Each sub-package of `package` is a feature; the modules beside them join features and may import any.

    `wiring` names those that may import anything, `shared` the modules anyone may import beside `service`,
    and `faces` those that are the outside of one other feature ("console -> cases") and know it whole.
    """

    package = fields.StringField()
    wiring: Any = fields.ListField(subfield=fields.StringField(), required=False)
    shared: Any = fields.ListField(subfield=fields.StringField(), required=False)
    faces: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every import from one feature into another that goes past what the other offers."""
        root = str(self.package)
        features = {child for child in graph.find_children(root) if graph.find_children(child)}
        offered = {f"{feature}.service" for feature in features} | self._named(self.shared)
        pairs = (pair.split(" -> ") for pair in self.faces or ())
        behind = {f"{root}.{face}": f"{root}.{feature}" for face, feature in pairs}
        broken = [
            (importer, imported)
            for feature in sorted(features - self._named(self.wiring))
            for importer in sorted(graph.find_descendants(feature))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if _feature_of(imported, features) not in (None, feature, behind.get(feature))
            and imported not in offered
        ]
        unseen = self._unseen()
        return ContractCheck(kept=not (broken or unseen), metadata={"broken": broken, "unseen": unseen})

    def _unseen(self) -> list[str]:
        """Folders with Python but no __init__.py: no import of theirs is in the graph, so none is checked."""
        spec = find_spec(str(self.package))
        top = Path(((spec and spec.submodule_search_locations) or ["."])[0])
        names = {path.parent.relative_to(top) for path in top.rglob("*.py")}
        wiring = set(self.wiring or ())
        return sorted(
            str(name)
            for name in names
            if not (name.parts and name.parts[0] in wiring) and not (top / name / "__init__.py").exists()
        )

    def _named(self, names: list[str] | None) -> set[str]:
        return {f"{self.package}.{name}" for name in names or ()}

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that goes past a service, and each folder that was not looked at."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}; ask its feature's service instead")
        for folder in check.metadata["unseen"]:
            output.print_error(f"{folder} has no __init__.py, so its imports are not checked; add one")


def _feature_of(module: str, features: set[str]) -> str | None:
    return next((feature for feature in features if module.startswith(f"{feature}.")), None)
