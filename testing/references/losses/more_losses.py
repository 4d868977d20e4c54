"""Values and gradients of PyTorch's, Keras's and torchvision's formulas of losses, per example, for the tests of @espalier/losses.

Run from the repository's root, with torch, keras and optax installed:
    python testing/references/losses/more_losses.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import jax.numpy as jnp
import keras
import optax
import torch
import torch.nn.functional as F

torch.manual_seed(7)


def plain(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


def case(name, loss, outputs, targets, shown=None):
    """`shown`: the targets as Espalier takes them, where those are others."""
    outputs = outputs.clone().double().requires_grad_(True)
    values = loss(outputs, targets.double() if targets.is_floating_point() else targets)
    if values.dim() > 1:
        values = values.flatten(1).mean(1)
    upstream = torch.linspace(0.5, 1.5, len(values)).double()
    (values * upstream).sum().backward()
    shown = targets if shown is None else shown
    return {
        "name": name,
        "outputs": plain(outputs),
        "targets": plain(shown),
        "integer": not shown.is_floating_point(),
        "upstream": upstream.tolist(),
        "values": values.tolist(),
        "gradient": plain(outputs.grad),
    }


def of_keras(loss):
    return lambda y, t: loss(t, y)


def each(f, **options):
    return lambda y, t: f(y, t, reduction="none", **options)


def one_by_one(f):
    """A loss that means over everything, of one example after another."""
    return lambda y, t: torch.stack([f(a[None], b[None]) for a, b in zip(y, t)])


def nt_xent(temperature):
    def loss(v, _):
        views = F.normalize(v.flatten(0, 1), dim=1)
        logits = views @ views.T / temperature
        logits.fill_diagonal_(-torch.inf)
        other = torch.arange(len(views)) ^ 1
        values = F.cross_entropy(logits, other, reduction="none").reshape(-1, 2).mean(1)
        labels = jnp.arange(len(views)) // 2
        of_optax = float(optax.losses.ntxent(jnp.array(v.detach().flatten(0, 1)), labels, temperature))
        assert abs(of_optax - values.mean().item()) < 1e-5
        return values

    return loss


def circle(gamma, margin):
    def loss(v, labels):
        u = F.normalize(v, dim=1)
        s = u @ u.T
        fellows = (labels[:, None] == labels[None]) & ~torch.eye(len(s), dtype=torch.bool)
        others = labels[:, None] != labels[None]
        # The weights are constants to the gradient, as the paper derives it.
        p = -gamma * F.relu(1 + margin - s.detach()) * (s - 1 + margin)
        q = gamma * F.relu(s.detach() + margin) * (s - margin)
        p = p.masked_fill(~fellows, -1e30).logsumexp(1)
        q = q.masked_fill(~others, -1e30).logsumexp(1)
        values = F.softplus(p + q)
        of_keras = keras.losses.circle(labels, u.detach().float(), gamma=gamma, margin=margin)
        assert torch.allclose(of_keras.double(), values.detach(), atol=1e-4)
        return values

    return loss


def places(f):
    """A loss of [M, C] over [N, ..., C]."""
    return lambda y, t: f(y.flatten(0, -2), t.flatten()).reshape(t.shape)


y, t = torch.randn(4, 3) * 3, torch.randn(4, 3) * 3
large, large_t = torch.tensor([[1e4, -1e4], [0.0, 1e-3]]), torch.tensor([[-1e4, 3e3], [1.0, 2.0]])
amounts = torch.rand(4, 3) * 5
amounts[0, 0] = 0
positive = torch.rand(4, 3) * 4 + 0.1
answers = torch.randint(0, 2, (4, 3)).float()
soft = torch.rand(4, 3)
labels = torch.tensor([2, 0, 1, 2])
huge = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [50.0, 0.0, -50.0], [0.0, 0.0, 0.0]])
shares = torch.softmax(torch.randn(4, 3) * 2, 1)
logits3 = torch.randn(2, 4, 3) * 2
labels3 = torch.tensor([[0, 1, -100, 2], [-100, -100, 2, 2]])
weights = torch.tensor([0.5, 2.0, 1.5]).double()
pairs, pair_answers = torch.randn(5, 2, 3), torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
pairs[3] = pairs[3, 0] * torch.tensor([[1.0], [1.1]])
triplets = torch.randn(4, 3, 3)
maps, regions = torch.randn(2, 4, 4, 3), F.one_hot(torch.randint(0, 3, (2, 4, 4)), 3).float()
signs = pair_answers * 2 - 1


def msle(a, b):
    # Keras bounds at 1e-7; Espalier at 0: the same here, all outputs being above 0.
    return keras.losses.mean_squared_logarithmic_error(b, a)


def gaussian(full):
    def loss(a, b):
        return F.gaussian_nll_loss(a[:, 0], b, a[:, 1].exp(), full=full, reduction="none")

    return loss


def pinball(qs):
    def loss(a, b):
        e = b[:, None] - a
        q = torch.tensor(qs).double()
        return torch.maximum(q * e, (q - 1) * e)

    return loss


def sigmoid_focal(alpha, gamma):
    """As torchvision.ops.sigmoid_focal_loss."""

    def loss(z, b):
        p = torch.sigmoid(z)
        ce = F.binary_cross_entropy_with_logits(z, b, reduction="none")
        p_t = p * b + (1 - p) * (1 - b)
        value = ce * (1 - p_t) ** gamma
        return value if alpha is None else (alpha * b + (1 - alpha) * (1 - b)) * value

    return loss


def tweedie(power):
    def loss(z, b):
        mu = z.exp()
        return 2 * (
            b ** (2 - power) / ((1 - power) * (2 - power)) - b * mu ** (1 - power) / (1 - power) + mu ** (2 - power) / (2 - power)
        )

    return loss


def label_numbers(rows):
    numbers = torch.full(rows.shape, -1)
    for i, row in enumerate(rows):
        there = row.nonzero().flatten()
        numbers[i, : len(there)] = there
    return numbers


def keras_hinge(z, b):
    rows = F.one_hot(b, z.shape[1]).double()
    return keras.losses.categorical_hinge(rows, z)


raised = torch.rand(4, 3) + 0.5  # scores above 0, where Keras's categorical hinge is that of Crammer and Singer

fixtures = {
    "meanAbsolutePercentageError": [
        case("[4, 3]", of_keras(keras.losses.mean_absolute_percentage_error), y, t),
        case("large", of_keras(keras.losses.mean_absolute_percentage_error), large, large_t),
    ],
    "meanSquaredLogarithmicError": [case("[4, 3]", msle, positive, amounts)],
    "logCosh": [
        case("[4, 3]", of_keras(keras.losses.log_cosh), y, t),
        case("large", of_keras(keras.losses.log_cosh), large, large_t),
    ],
    "smoothL1": [case("[4, 3]", each(F.smooth_l1_loss, beta=0.7), y, t), case("large", each(F.smooth_l1_loss, beta=0.7), large, large_t)],
    "poisson": [case("log-rate", each(F.poisson_nll_loss, log_input=True, full=False), y, amounts)],
    "poissonFull": [case("log-rate", each(F.poisson_nll_loss, log_input=True, full=True), y, amounts)],
    "poissonOfRates": [case("rate", each(F.poisson_nll_loss, log_input=False, full=False, eps=1e-8), positive, amounts)],
    "tweedie": [case("power 1.3", tweedie(1.3), y, amounts)],
    "hinge": [case("[4, 3]", of_keras(keras.losses.hinge), y, answers), case("huge", of_keras(keras.losses.hinge), huge, answers)],
    "squaredHinge": [case("[4, 3]", of_keras(keras.losses.squared_hinge), y, answers)],
    "binaryCrossEntropyWeighted": [
        case("posWeight", each(F.binary_cross_entropy_with_logits, pos_weight=torch.tensor([3.0, 0.5, 1.0]).double()), y, soft),
        case("huge", each(F.binary_cross_entropy_with_logits, pos_weight=torch.tensor([3.0, 0.5, 1.0]).double()), huge, answers),
    ],
    "binaryCrossEntropyWeightedOfProbabilities": [
        case("posWeight", lambda p, b: -(3 * b * p.log() + (1 - b) * (1 - p).log()), shares, answers),
    ],
    "binaryCrossEntropySmoothed": [
        case("Keras", of_keras(keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2, reduction=None)), y, answers),
    ],
    "binaryFocalCrossEntropy": [case("[4, 3]", sigmoid_focal(None, 2), y, answers), case("huge", sigmoid_focal(None, 2), huge, answers)],
    "binaryFocalCrossEntropyWeighted": [case("soft", sigmoid_focal(0.3, 1.5), y, soft)],
    "categoricalFocalCrossEntropy": [
        case(
            "Keras",
            lambda z, b: keras.losses.categorical_focal_crossentropy(b, z, from_logits=True),
            y,
            F.one_hot(labels, 3).float(),
        ),
    ],
    "generalizedCrossEntropy": [
        case("Keras", lambda z, b: keras.losses.categorical_generalized_cross_entropy(b, torch.softmax(z, 1), q=0.5), y, labels),
    ],
    "negativeLogLikelihood": [case("[4, 3]", each(F.nll_loss), torch.log(shares), labels)],
    "softmaxCrossEntropySmoothed": [
        case("integer", each(F.cross_entropy, label_smoothing=0.1), y, labels),
        case("rows", each(F.cross_entropy, label_smoothing=0.1), y, shares),
        case("huge", each(F.cross_entropy, label_smoothing=0.1), huge, labels),
    ],
    "softmaxCrossEntropyPlaces": [
        case("weights, smoothing, ignored", places(each(F.cross_entropy, weight=weights, label_smoothing=0.2, ignore_index=-100)), logits3, labels3),
    ],
    "softmaxCrossEntropyTemperature": [case("2", lambda z, b: F.cross_entropy(z / 2, b, reduction="none"), y, labels)],
    "categoricalHinge": [case("Keras", keras_hinge, raised, labels)],
    "multiMargin": [case("p 1", each(F.multi_margin_loss, margin=0.8), y, labels), case("huge", each(F.multi_margin_loss, margin=0.8), huge, labels)],
    "multiMarginSquared": [case("p 2, weights", each(F.multi_margin_loss, p=2, weight=weights), y, labels)],
    "multiLabelMargin": [
        case("[4, 3]", lambda z, b: F.multilabel_margin_loss(z, label_numbers(b), reduction="none"), y, answers),
    ],
    "klDivergence": [
        case("logits", lambda z, b: F.kl_div(F.log_softmax(z, 1), b, reduction="none").sum(1), y, shares),
        case("huge logits", lambda z, b: F.kl_div(F.log_softmax(z, 1), b, reduction="none").sum(1), huge, F.one_hot(labels, 3).float()),
    ],
    "klDivergenceOfProbabilities": [case("Keras", of_keras(keras.losses.kl_divergence), torch.softmax(y, 1), shares)],
    "klDivergenceOfLogProbabilities": [
        case("PyTorch", lambda z, b: F.kl_div(z, b, reduction="none").sum(1), F.log_softmax(y, 1), shares),
    ],
    "cosineSimilarity": [
        case("[4, 3]", lambda a, b: keras.losses.cosine_similarity(b, a), y, t),
        case("[2, 4, 3]", lambda a, b: keras.losses.cosine_similarity(b, a), logits3, torch.randn(2, 4, 3)),
    ],
    "quantile": [case("three", pinball([0.1, 0.5, 0.9]), y, torch.randn(4))],
    "gaussianNegativeLogLikelihood": [case("[4, 2]", gaussian(False), torch.randn(4, 2), torch.randn(4))],
    "gaussianNegativeLogLikelihoodFull": [case("[4, 2]", gaussian(True), torch.randn(4, 2), torch.randn(4))],
    "dice": [
        case("sigmoid", one_by_one(lambda z, b: keras.losses.dice(b, torch.sigmoid(z))), maps, regions),
    ],
    "diceSoftmaxPerClass": [
        case(
            "Keras, axis of places",
            one_by_one(lambda z, b: keras.losses.dice(b, torch.softmax(z, -1), axis=(0, 1, 2)).mean()),
            maps,
            regions,
        ),
    ],
    "tversky": [
        # Keras's code has alpha on what is missed and beta on what is found too much, against its documentation and the paper.
        case("sigmoid", one_by_one(lambda z, b: keras.losses.tversky(b, torch.sigmoid(z), alpha=0.8, beta=0.3)), maps, regions),
    ],
    "cosineEmbedding": [
        case(
            "margin 0.2",
            lambda v, b: F.cosine_embedding_loss(v[:, 0], v[:, 1], signs, margin=0.2, reduction="none"),
            pairs,
            pair_answers,
        ),
    ],
    "contrastive": [
        case(
            "margin 2",
            lambda v, b: b * (v[:, 0] - v[:, 1]).norm(dim=1) ** 2
            + (1 - b) * F.relu(2 - (v[:, 0] - v[:, 1]).norm(dim=1)) ** 2,
            pairs,
            pair_answers,
        ),
    ],
    "tripletMargin": [
        case(
            "margin 1",
            lambda v, b: F.triplet_margin_loss(v[:, 0], v[:, 1], v[:, 2], eps=0.0, reduction="none"),
            triplets,
            torch.zeros(4),
        ),
    ],
    "marginRanking": [
        case(
            "margin 0.5",
            lambda v, b: F.margin_ranking_loss(v[:, 0], v[:, 1], signs, margin=0.5, reduction="none"),
            torch.randn(5, 2),
            pair_answers,
        ),
    ],
    "ntXent": [
        case("temperature 0.2", nt_xent(0.2), torch.randn(4, 2, 3), torch.zeros(4)),
        case("one pair", nt_xent(0.2), torch.randn(1, 2, 3), torch.zeros(1)),
    ],
    "circle": [
        case("three classes", circle(4, 0.3), torch.randn(7, 3), torch.tensor([0, 1, 0, 2, 1, 1, 5])),
        case("one class", circle(4, 0.3), torch.randn(3, 3), torch.tensor([2, 2, 2])),
    ],
}

# The mean of a data set, as PyTorch's reduction 'mean' takes it.
means = {
    "softmaxCrossEntropyPlaces": F.cross_entropy(
        logits3.double().flatten(0, -2), labels3.flatten(), weight=weights, label_smoothing=0.2, ignore_index=-100
    ).item(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"losses": fixtures, "means": means}, indent=1) + "\n")
