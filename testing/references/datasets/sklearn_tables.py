"""Imputation, scaling and encoding of a table by scikit-learn: python testing/references/datasets/sklearn_tables.py"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GroupKFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

rng = np.random.default_rng(11)
nan = float("nan")
train = np.round(rng.normal(20, 7, size=12), 2)
train[[2, 7]] = nan
train[[0, 1]] = train[3]
test = np.array([1.5, nan, 44.25])
cities = ["Delft", "Gouda", None, "Delft", "Breda", "Gouda", "Delft", None, "Breda", "Delft", "Gouda", "Breda"]
other = ["Breda", None, "Utrecht"]

numbers = []
for impute in ("mean", "median", "most_frequent", "constant"):
    for name, scaler in (("none", None), ("standard", StandardScaler()), ("minMax", MinMaxScaler()), ("robust", RobustScaler())):
        imputer = SimpleImputer(strategy=impute, **({"fill_value": 3.5} if impute == "constant" else {}))
        pipeline = make_pipeline(imputer, scaler) if scaler else make_pipeline(imputer)
        fitted = pipeline.fit(train[:, None])
        numbers.append(
            {
                "impute": impute,
                "scale": name,
                "train": fitted.transform(train[:, None])[:, 0].tolist(),
                "test": fitted.transform(test[:, None])[:, 0].tolist(),
            }
        )

column = np.array(cities, dtype=object)[:, None]
imputer = SimpleImputer(strategy="most_frequent", missing_values=None).fit(column)
one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(imputer.transform(column))
ordinal = OrdinalEncoder().fit(imputer.transform(column))
categories = {
    "one_hot": one_hot.transform(imputer.transform(column)).tolist(),
    "one_hot_other": one_hot.transform(imputer.transform(np.array(other, dtype=object)[:, None])).tolist(),
    "index": ordinal.transform(imputer.transform(column))[:, 0].tolist(),
}

groups = [int(g) for g in rng.choice(9, size=40, p=rng.dirichlet(np.full(9, 1.5)))]
group_folds = [
    {"k": k, "validation": [v.tolist() for _, v in GroupKFold(k).split(np.zeros(40), groups=groups)]} for k in (2, 3, 5)
]
time_folds = []
for size, options in (
    (10, {"n_splits": 3}),
    (23, {"n_splits": 5}),
    (23, {"n_splits": 4, "test_size": 3}),
    (23, {"n_splits": 3, "gap": 2}),
    (23, {"n_splits": 3, "max_train_size": 5, "gap": 1}),
):
    folds = [(t.tolist(), v.tolist()) for t, v in TimeSeriesSplit(**options).split(np.zeros(size))]
    time_folds.append({"size": size, "options": options, "folds": folds})

out = {
    "sklearn": sklearn.__version__,
    "train": [None if np.isnan(x) else x for x in train.tolist()],
    "test": [None if np.isnan(x) else x for x in test.tolist()],
    "cities": cities,
    "other": other,
    "numbers": numbers,
    "categories": categories,
    "groups": groups,
    "group_folds": group_folds,
    "time_folds": time_folds,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
