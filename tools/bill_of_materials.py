"""`make sbom`: writes the bill of materials of each image (CycloneDX 1.6) and docs/licenses.md.

The packages of an image are those that its requirements need, by the metadata of what is installed here; their hashes
are those of its lock file, with which pip compares what it downloads.
"""

import re
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LICENSES = ROOT / "docs/licenses.md"
LOCKED = re.compile(r"^([\w.-]+)==\S+(?: ;.*)? \\\n((?: +--hash=\S+(?: \\)?\n)+)", re.MULTILINE)
# Where the images run; what is installed here may be for another Python.
TARGET = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}
HEAD = """# Third-party licenses

Packages in the images, with the licenses that their metadata names. `make sbom` writes this page, and the bill of
materials of each image (CycloneDX) into `build/sbom/`. Pillow's wheel contains the codecs, and their licenses. The
image of the processor also has zlib-ng (zlib License), and pi-heif's wheel libheif and libde265 (LGPL 3).
The license of pillow-jxl-plugin, whose wheel contains libjxl (BSD-3-Clause), is GPL 3; an image that is built with
`DISABLED_FORMATS=jxl` does not have it.

| package | license | images |
|---|---|---|
"""


def images() -> dict[str, list[Requirement]]:
    """Return the requirements of each image."""
    groups = {path.parent.name: path.read_text().splitlines() for path in ROOT.glob("functions/*/requirements.txt")}
    groups["emulation"] = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["emulation"]
    return {name: [Requirement(line) for line in lines] for name, lines in sorted(groups.items())}


def installed(requirements: list[Requirement]) -> dict[str, Distribution]:
    """Return the distributions that the requirements need in an image, by their normalized names."""
    found: dict[str, Distribution] = {}
    waiting = [each for each in requirements if applies(each)]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found and not requirement.extras:
            continue
        found[name] = distribution(name)
        needed = map(Requirement, found[name].requires or ())
        waiting += [each for each in needed if any(applies(each, extra) for extra in ("", *requirement.extras))]
    return dict(sorted(found.items()))


def applies(requirement: Requirement, extra: str = "") -> bool:
    """True if the markers of a requirement hold in an image."""
    return requirement.marker is None or requirement.marker.evaluate({**TARGET, "extra": extra})


def license_of(package: Distribution) -> str:
    """Return the license that the metadata names: an expression, else the classifiers, else the free text."""
    metadata = package.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classified = [each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or () if "License ::" in each]
    text = metadata["License"].splitlines()[0] if "License" in metadata else "not named"
    return ", ".join(each for each in classified if each != "OSI Approved") or text


def bill(packages: dict[str, Distribution], hashes: dict[str, list[str]]) -> str:
    """Return the bill of materials as JSON."""
    licenses = LicenseFactory()
    components = [
        Component(
            name=name,
            version=package.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL("pypi", name=name, version=package.version),
            bom_ref=f"{name}@{package.version}",
            licenses=[licenses.make_from_string(license_of(package))],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes[name]],
        )
        for name, package in packages.items()
    ]
    return str(JsonV1Dot6(Bom(components=components)).output_as_string(indent=2))


def locked_hashes() -> dict[str, list[str]]:
    """Return the SHA-256 of the files of each package, by normalized name."""
    texts = (path.read_text() for path in ROOT.glob("locks/*.txt"))
    return {
        canonicalize_name(name): re.findall(r"sha256:(\w+)", hashes)
        for text in texts
        for name, hashes in LOCKED.findall(text)
    }


def license_page() -> str:
    """Return docs/licenses.md."""
    contents = {image: installed(requirements) for image, requirements in images().items()}
    packages = {name: package for content in contents.values() for name, package in content.items()}
    rows = ""
    for name, package in sorted(packages.items()):
        within = [image for image, content in contents.items() if name in content]
        where = "all" if len(within) == len(contents) else ", ".join(f"`{image}`" for image in within)
        rows += f"| {name} | {license_of(package)} | {where} |\n"
    return HEAD + rows


def write_bills(folder: Path) -> None:
    """Write the bill of materials of each image into a folder."""
    hashes = locked_hashes()
    folder.mkdir(parents=True, exist_ok=True)
    for image, requirements in images().items():
        (folder / f"{image}.cdx.json").write_text(bill(installed(requirements), hashes) + "\n")


if __name__ == "__main__":
    write_bills(Path(sys.argv[1]))
    LICENSES.write_text(license_page())
