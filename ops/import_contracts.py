"""The import rule of handoff that import-linter lacks: features meet at their `service` modules only."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FeaturesContract(Contract):
    """Each sub-package of `package` is a feature; `wiring` names modules that may join anything."""

    package = fields.StringField()
    wiring = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import from one feature into another must end at that feature's `service`."""
        root = str(self.package)
        features = {child for child in graph.find_children(root) if graph.find_children(child)}
        features -= {f"{root}.{name}" for name in self.wiring}  # type: ignore[attr-defined]
        broken = [
            (importer, imported)
            for feature in sorted(features)
            for importer in sorted(graph.find_descendants(feature))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._oversteps(feature, imported, features)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    @staticmethod
    def _oversteps(feature: str, imported: str, features: set[str]) -> bool:
        other = next((one for one in features if imported.startswith(one + ".")), None)
        return other not in (None, feature) and imported != f"{other}.service"

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that goes past a service."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}; ask its feature's service instead")
