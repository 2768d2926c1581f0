"""The import rule of handoff that import-linter lacks: features meet at their `service` modules only."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FeaturesContract(Contract):
    """Each sub-package of `package` is a feature.

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
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _named(self, names: list[str] | None) -> set[str]:
        return {f"{self.package}.{name}" for name in names or ()}

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that goes past a service."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}; ask its feature's service instead")


def _feature_of(module: str, features: set[str]) -> str | None:
    return next((feature for feature in features if module.startswith(f"{feature}.")), None)
