#include "omad/categorical.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "nn/elementwise.hpp"
#include "nn/operators.hpp"

namespace tutti {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class Scalar>
void project_row(const Scalar* probabilities, const Scalar* values, Scalar* out, const CategoricalSupport& support) {
  const auto limit = static_cast<Scalar>(support.limit);
  const auto spacing = static_cast<Scalar>(support.spacing());
  const auto last = static_cast<Scalar>(support.count - 1);
  for (std::int64_t j = 0; j < support.count; ++j) {
    const Scalar value = std::clamp(values[j], -limit, limit);
    // Rounding can carry the position past the last atom, which would write into the next row.
    const Scalar position = std::clamp((value + limit) / spacing, Scalar(0), last);
    // A value on the last atom belongs to the upper end of the last interval; no mass is lost on exact hits.
    // What is not a number stays one, in the first two atoms.
    const std::int64_t lower = position > 0 ? std::min(static_cast<std::int64_t>(position), support.count - 2) : 0;
    const Scalar upper_share = position - static_cast<Scalar>(lower);
    out[lower] += probabilities[j] * (1 - upper_share);
    out[lower + 1] += probabilities[j] * upper_share;
  }
}

/// Sum of term(0) ... term(count - 1), in several sums side by side.
template <class Scalar, class Term>
Scalar sum_of(std::int64_t count, const Term& term) {
  constexpr std::int64_t kLanes = 8;
  std::array<Scalar, kLanes> sums{};
  std::int64_t j = 0;
  for (; j + kLanes <= count; j += kLanes) {
    for (std::int64_t lane = 0; lane < kLanes; ++lane) sums[static_cast<std::size_t>(lane)] += term(j + lane);
  }
  for (; j < count; ++j) sums[0] += term(j);
  return std::accumulate(sums.begin(), sums.end(), Scalar{0});
}

/// p <- softmax(logits) of one row; returns log sum exp, so that log p_j = logits_j - it.
template <class Scalar>
Scalar softmax_row(std::int64_t count, const Scalar* __restrict logits, Scalar* __restrict p) {
  const Scalar largest = *std::max_element(logits, logits + count);
  for (std::int64_t j = 0; j < count; ++j) p[j] = exp_of(logits[j] - largest);
  const Scalar sum = sum_of<Scalar>(count, [&](std::int64_t j) { return p[j]; });
  for (std::int64_t j = 0; j < count; ++j) p[j] /= sum;
  return largest + std::log(sum);
}

/// The loss of one row. With H = -sum p log p: d loss / d logit_j = p_j (sum(m) + coefficient (log p_j + H)) - m_j.
template <class Scalar>
Scalar loss_row(std::int64_t count, const Scalar* __restrict logits, const Scalar* __restrict target,
                Scalar coefficient, Scalar* __restrict gradient) {
  Scalar* p = gradient;
  const Scalar log_sum = softmax_row(count, logits, p);
  const auto log_p = [&](std::int64_t j) { return logits[j] - log_sum; };
  const Scalar cross = sum_of<Scalar>(count, [&](std::int64_t j) { return target[j] * log_p(j); });
  const Scalar negative_entropy = sum_of<Scalar>(count, [&](std::int64_t j) { return p[j] * log_p(j); });
  const Scalar mass = sum_of<Scalar>(count, [&](std::int64_t j) { return target[j]; });
  for (std::int64_t j = 0; j < count; ++j) {
    gradient[j] = p[j] * (mass + coefficient * (log_p(j) - negative_entropy)) - target[j];
  }
  return coefficient * negative_entropy - cross;
}

/// The mean z' p of one row, and d mean / d logit_j = p_j (z_j - mean).
template <class Scalar>
Scalar mean_row(std::int64_t count, const Scalar* __restrict logits, const Scalar* __restrict atoms,
                Scalar* __restrict gradient) {
  Scalar* p = gradient;
  softmax_row(count, logits, p);
  const Scalar mean = sum_of<Scalar>(count, [&](std::int64_t j) { return p[j] * atoms[j]; });
  for (std::int64_t j = 0; j < count; ++j) gradient[j] = p[j] * (atoms[j] - mean);
  return mean;
}

/// One value for each row, [..., n] -> [...], whose gradient forward has found already.
class RowValues : public torch::autograd::Function<RowValues> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& /*logits*/, const torch::Tensor& values,
                               const torch::Tensor& gradient) {
    context->save_for_backward({gradient});
    return values;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {gradients[0].unsqueeze(-1) * context->get_saved_variables()[0], torch::Tensor(), torch::Tensor()};
  }
};

/// Calls value_of(row, logits of the row, where its gradient goes) for every row of the logits.
template <class ValueOf>
torch::Tensor row_values(const torch::Tensor& logits, const ValueOf& value_of) {
  const torch::Tensor rows = logits.detach().contiguous();
  const torch::Tensor gradient = torch::empty_like(rows);
  const torch::Tensor values =
      torch::empty(logits.sizes().slice(0, static_cast<std::size_t>(logits.dim() - 1)), rows.options());
  const std::int64_t count = rows.size(-1);
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "row_values", [&] {
    const auto* from = rows.data_ptr<scalar_t>();
    for (std::int64_t row = 0; row < values.numel(); ++row) {
      values.data_ptr<scalar_t>()[row] = value_of(row, from + row * count, gradient.data_ptr<scalar_t>() + row * count);
    }
  });
  return RowValues::apply(logits, values, gradient);
}

/// project_row() of all rows by LibTorch's operators. Adding to indexed places is deterministic on a GPU where that is
/// asked for.
torch::Tensor project_by_operators(const torch::Tensor& probabilities, const torch::Tensor& values,
                                   const CategoricalSupport& support) {
  const torch::Tensor position = ((values.clamp(-support.limit, support.limit) + support.limit) / support.spacing())
                                     .clamp(0, static_cast<double>(support.count - 1));
  const torch::Tensor lower = torch::nan_to_num(position.floor(), 0.0).clamp(0, static_cast<double>(support.count - 2));
  const torch::Tensor upper_share = position - lower, index = lower.to(torch::kInt64);
  const torch::Tensor row = torch::arange(index.size(0), index.options()).unsqueeze(1).expand_as(index);
  const torch::Tensor out = torch::zeros_like(probabilities);
  const auto add = [&](const torch::Tensor& place, const torch::Tensor& mass) {
    out.index_put_(c10::List<c10::optional<torch::Tensor>>({row, place}), mass, /*accumulate=*/true);
  };
  add(index, probabilities * (1 - upper_share));
  add(index + 1, probabilities * upper_share);
  return out;
}

}  // namespace

torch::Tensor CategoricalSupport::atoms(const torch::TensorOptions& options) const {
  return torch::linspace(-limit, limit, count, options);
}

torch::Tensor CategoricalSupport::project(const torch::Tensor& probabilities, const torch::Tensor& values) const {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(probabilities.dim() == 2 && probabilities.sizes() == values.sizes() && values.size(1) == count,
              "project: probabilities and values have to be [B, atoms]");
  if (by_operators(probabilities)) return project_by_operators(probabilities, values, *this);
  const torch::Tensor from = probabilities.contiguous();
  const torch::Tensor at = values.contiguous();
  torch::Tensor out = torch::zeros_like(from);
  AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "project", [&] {
    for (std::int64_t row = 0; row < from.size(0); ++row) {
      const std::int64_t offset = row * count;
      project_row(from.data_ptr<scalar_t>() + offset, at.data_ptr<scalar_t>() + offset,
                  out.data_ptr<scalar_t>() + offset, *this);
    }
  });
  return out;
}

torch::Tensor CategoricalSupport::clipped_mass(const torch::Tensor& probabilities, const torch::Tensor& values) const {
  return (probabilities * (values.abs() > limit)).sum(-1);
}

torch::Tensor expected_value(const torch::Tensor& logits, const torch::Tensor& atoms) {
  if (by_operators(logits)) return (torch::softmax(logits, -1) * atoms).sum(-1);
  return row_values(logits, [&]<class Scalar>(std::int64_t, const Scalar* row, Scalar* gradient) {
    return mean_row(atoms.numel(), row, atoms.data_ptr<Scalar>(), gradient);
  });
}

torch::Tensor categorical_loss(const torch::Tensor& logits, const torch::Tensor& target, double entropy_coefficient) {
  if (by_operators(logits)) {
    const torch::Tensor log_p = torch::log_softmax(logits, -1);
    return (entropy_coefficient * log_p.exp() - target.detach()).mul(log_p).sum(-1);
  }
  const torch::Tensor targets = target.contiguous();
  const std::int64_t count = logits.size(-1), rows = targets.numel() / count;
  return row_values(logits, [&]<class Scalar>(std::int64_t row, const Scalar* of_row, Scalar* gradient) {
    return loss_row(count, of_row, targets.data_ptr<Scalar>() + row % rows * count,
                    static_cast<Scalar>(entropy_coefficient), gradient);
  });
}

}  // namespace tutti
