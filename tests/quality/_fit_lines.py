"""Fit the weights of crawler/extract/weights.py on the development half: `python -m tests.quality._fit_lines`.

Logistic regression with a small ridge, by Newton's method; each page weighs the same, each line by the square root of
its words. Prints the table, and the F1 of held-out folds of hosts. The kept-out half is not read.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

import numpy as np

from crawler import markup
from crawler.extract import about, general, lines
from tests.quality._pages import GoldPage, f1, gold_pages

RIDGE = 3.0
FOLDS = 8


def rows_of(page: GoldPage) -> tuple[list[lines.Line], list[dict[str, float]], list[bool], str]:
    """The page's lines but for its headline, their features and whether the gold text holds them."""
    tree = markup.parse(markup.decode(page.body))
    declared = markup.Declared(tree)
    title, described = about.title(declared, None), about.description(declared)
    general.strip(tree)
    found = lines.visible(tree)
    opinions = (general.Opinion(general.by_trafilatura(tree)), general.Opinion(general.by_readability(tree)))
    rows = general.features(found, opinions, title, described)
    gold = general.Opinion(page.gold)
    heading = re.sub(r"\W+", "", title.lower())
    keep = [index for index, line in enumerate(found) if re.sub(r"\W+", "", line.text.lower()) != heading]
    return [found[i] for i in keep], [rows[i] for i in keep], [gold.of(found[i]) > 0.7 for i in keep], title


def fit(features: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Coefficients; the first column of `features` is the bias and is not shrunk."""
    beta = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], RIDGE)
    ridge[0] = 0.0
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(features @ beta, -30, 30)))
        gradient = features.T @ (weights * (wanted - p)) - ridge * beta
        hessian = (features * (weights * p * (1 - p))[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-6:
            break
    return beta


def main() -> None:
    pages = [page for page in gold_pages(Path(os.environ["RASAD_EVAL_DATA"])) if not page.kept_out]
    read = [rows_of(page) for page in pages]
    names = ["bias", *read[0][1][0]]
    matrix = np.array([[1.0, *row.values()] for _, rows, _, _ in read for row in rows])
    wanted = np.array([float(y) for _, _, ys, _ in read for y in ys])
    page_of = np.array([i for i, (_, rows, _, _) in enumerate(read) for _ in rows])
    weights = np.array([(len(line.words) + 1) ** 0.5 for found, _, _, _ in read for line in found])
    share = np.bincount(page_of, weights * wanted, len(pages))
    weights = weights / np.maximum(5, share[page_of])
    weights *= len(weights) / weights.sum()
    fold_of = np.array([zlib.crc32(pages[i].host.encode()) % FOLDS for i in page_of])
    held = np.zeros(len(wanted))
    for fold in range(FOLDS):
        out = fold_of == fold
        held[out] = matrix[out] @ fit(matrix[~out], wanted[~out], weights[~out])
    texts = [line.text for found, _, _, _ in read for line in found]
    for threshold in (0.35, 0.4, 0.45, 0.5, 0.55):
        cut = np.log(threshold / (1 - threshold))
        kept: list[list[str]] = [[] for _ in pages]
        for index in np.flatnonzero(held > cut):
            kept[page_of[index]].append(texts[index])
        for language in ("ru", "en"):
            chosen = [i for i, page in enumerate(pages) if page.language == language]
            bare = np.mean([f1("\n".join(kept[i]), pages[i].gold) for i in chosen])
            headed = np.mean([f1("\n".join([read[i][3], *kept[i]]), pages[i].gold) for i in chosen])
            print(f"# {threshold}: {language} {bare:.4f}, with headline {headed:.4f}")
    for name, value in zip(names, fit(matrix, wanted, weights), strict=True):
        print(f'    "{name}": {value:.2f},')


if __name__ == "__main__":
    main()
