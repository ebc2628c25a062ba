"""Writes structures.json: unit cells of crystal prototypes as facts (lattice vectors in Angstrom, atomic numbers,
fractional positions).

    pip download --no-deps pymatgen -d FOLDER
    python -m sam_i_am_models.simulate.lab.collect_structures FOLDER/pymatgen-*.whl

The prototypes are the experimental cells listed in the AFLOW Library of Crystallographic Prototypes, as pymatgen (MIT
licence) carries them; only numbers that were measured are taken. Common compounds of simple prototypes are added from
their lattice constants.
"""

import argparse
import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).with_name("structures.json")
SOURCE = "pymatgen/analysis/prototypes/aflow_prototypes.json.gz"
MOST_SITES, LEAST_DISTANCE = 60, 0.9
SYMBOLS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr "
    "Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir "
    "Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am"
).split()
FCC = dict(Al=4.05, Ni=3.52, Cu=3.61, Ag=4.09, Au=4.08, Pt=3.92, Pd=3.89, Rh=3.80, Ir=3.84, Pb=4.95)
BCC = dict(Fe=2.87, Cr=2.88, W=3.165, Mo=3.147, Ta=3.30, Nb=3.30, V=3.03)
DIAMOND = dict(C=3.567, Si=5.431, Ge=5.658)
ROCK_SALT = dict(MgO=4.21, NiO=4.18, TiN=4.24, TiC=4.33, NaCl=5.64, PbTe=6.46, PbS=5.94, CrN=4.15, VN=4.14, SnTe=6.32)
ZINC_BLENDE = dict(
    GaAs=5.653, InP=5.869, InAs=6.058, GaP=5.451, CdTe=6.482, ZnSe=5.668, ZnS=5.41, AlAs=5.661, InSb=6.479, GaSb=6.096
)
WURTZITE = dict(GaN=(3.189, 5.185), AlN=(3.112, 4.982), ZnO=(3.25, 5.207), CdS=(4.136, 6.713), InN=(3.545, 5.703))
FLUORITE = dict(CeO=5.411, ZrO=5.12, HfO=5.12, CaF=5.463, UO=5.47)
PEROVSKITE = {
    ("Sr", "Ti"): 3.905, ("Ba", "Ti"): 4.00, ("Pb", "Ti"): 3.97, ("La", "Al"): 3.79, ("La", "Mn"): 3.88,
    ("Sr", "Ru"): 3.93, ("Nd", "Ni"): 3.81, ("La", "Ni"): 3.84, ("Bi", "Fe"): 3.96, ("La", "Fe"): 3.93,
    ("Sr", "Zr"): 4.10, ("Ba", "Zr"): 4.19, ("K", "Ta"): 3.99, ("K", "Nb"): 4.02, ("Dy", "Sc"): 3.95,
    ("Gd", "Sc"): 3.97, ("Ca", "Ti"): 3.82, ("La", "Co"): 3.84, ("Pr", "Ni"): 3.82, ("Sr", "Fe"): 3.87,
    ("Ba", "Sn"): 4.12, ("Nd", "Ga"): 3.86, ("Cs", "Pb"): 5.87, ("Y", "Al"): 3.71,
}  # fmt: skip


def _cubic(name: str, a: float, atoms: list[Any]) -> dict[str, Any]:
    return dict(
        name=name,
        lattice=[[a, 0, 0], [0, a, 0], [0, 0, a]],
        atoms=[[SYMBOLS.index(s) + 1, x, y, z] for s, x, y, z in atoms],
    )


def _split(formula: str) -> Any:
    for length in (2, 1):
        if formula[:length] in SYMBOLS and formula[length:] in SYMBOLS:
            return formula[:length], formula[length:]
    raise ValueError(formula)


CENTRES = ((0, 0, 0), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5))


def _centred(symbol: str, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Any:
    return [(symbol, (x + a) % 1, (y + b) % 1, (z + c) % 1) for a, b, c in CENTRES]


def common() -> Iterator[Any]:
    """Simple compounds by prototype and lattice constant."""
    for symbol, a in FCC.items():
        yield _cubic(symbol, a, _centred(symbol))
    for symbol, a in BCC.items():
        yield _cubic(symbol, a, [(symbol, 0, 0, 0), (symbol, 0.5, 0.5, 0.5)])
    for symbol, a in DIAMOND.items():
        yield _cubic(symbol, a, _centred(symbol) + _centred(symbol, 0.25, 0.25, 0.25))
    for formula, a in ROCK_SALT.items():
        first, second = _split(formula)
        yield _cubic(formula, a, _centred(first) + _centred(second, 0.5))
    for formula, a in ZINC_BLENDE.items():
        first, second = _split(formula)
        yield _cubic(formula, a, _centred(first) + _centred(second, 0.25, 0.25, 0.25))
    for formula, a in FLUORITE.items():
        first, second = _split(formula)
        yield _cubic(
            f"{formula}2", a, _centred(first) + _centred(second, 0.25, 0.25, 0.25) + _centred(second, 0.75, 0.75, 0.75)
        )
    for formula, (a, c) in WURTZITE.items():
        first, second = (SYMBOLS.index(s) + 1 for s in _split(formula))
        lattice = [[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, c]]
        yield dict(
            name=formula,
            lattice=lattice,
            atoms=[
                [z, x, y, h + own]
                for z, own in ((first, 0.0), (second, 0.38))
                for x, y, h in ((1 / 3, 2 / 3, 0), (2 / 3, 1 / 3, 0.5))
            ],
        )
    for (a_site, b_site), a in PEROVSKITE.items():
        oxygen = "Br" if a_site == "Cs" else "O"
        yield _cubic(
            f"{a_site}{b_site}{oxygen}3",
            a,
            [
                (a_site, 0, 0, 0),
                (b_site, 0.5, 0.5, 0.5),
                *((oxygen, *[0.0 if i == k else 0.5 for i in range(3)]) for k in range(3)),
            ],
        )


def prototypes(wheel: Path) -> Iterator[Any]:
    """The cells of the collection that are small enough and have whole, distinct atoms."""
    for entry in json.loads(gzip.decompress(zipfile.ZipFile(wheel).read(SOURCE))):
        snl = entry["snl"]
        atoms = [
            [SYMBOLS.index(site["species"][0]["element"]) + 1, *(x % 1 for x in site["abc"])]
            for site in snl["sites"]
            if site["species"][0]["element"] in SYMBOLS
        ]
        if len(atoms) != len(snl["sites"]) or len(atoms) > MOST_SITES:
            continue
        yield dict(name=str(entry["tags"]["mineral"]), lattice=snl["lattice"]["matrix"], atoms=atoms)


def _sound(structure: dict[str, Any]) -> bool:
    """No two atoms closer than any bond."""
    lattice, places = np.array(structure["lattice"]), np.array(structure["atoms"])[:, 1:]
    apart = places[:, None] - places[None]
    apart = np.linalg.norm((apart - np.round(apart)) @ lattice, axis=-1)[np.triu_indices(len(places), 1)]
    return not len(apart) or apart.min() > LEAST_DISTANCE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    found = [s for s in (*common(), *prototypes(parser.parse_args().wheel)) if _sound(s)]
    rows = []
    for structure in found:
        lattice = [[round(float(x), 4) for x in row] for row in structure["lattice"]]
        atoms = [[int(z), *(round(float(p) % 1, 4) for p in place)] for z, *place in structure["atoms"]]
        rows.append(json.dumps(dict(name=structure["name"], lattice=lattice, atoms=atoms), separators=(",", ":")))
    TARGET.write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(f"{len(rows)} structures")


if __name__ == "__main__":
    main()
