#include "nn/adam.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nn/operators.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

/// What one element's move needs, in the precision of the weights.
template <class Real>
struct Factors {
  Real beta1, beta2, rate, root_of_correction2, epsilon, scale, limit;
};

template <bool kCut, class Real>
void move_elements(std::int64_t count, Factors<Real> f, const Real* gradient, Real* first, Real* second, Real* values) {
  for (std::int64_t i = 0; i < count; ++i) {
    Real g = gradient[i] * f.scale;
    if constexpr (kCut) {
      g = g == g ? g : Real{0};
      g = g > f.limit ? f.limit : (g < -f.limit ? -f.limit : g);
    }
    first[i] = f.beta1 * first[i] + (1 - f.beta1) * g;
    second[i] = f.beta2 * second[i] + (1 - f.beta2) * g * g;
    values[i] -= f.rate * first[i] / (std::sqrt(second[i]) / f.root_of_correction2 + f.epsilon);
  }
}

/// move_elements() by LibTorch's operators.
void move_by_operators(const Factors<double>& f, const torch::Tensor& gradient, torch::Tensor& first,
                       torch::Tensor& second, torch::Tensor& values) {
  const torch::NoGradGuard no_grad;
  torch::Tensor g = f.scale == 1 ? gradient : gradient * f.scale;
  if (f.limit > 0) g = torch::nan_to_num(g, 0.0, f.limit, -f.limit).clamp_(-f.limit, f.limit);
  first.mul_(f.beta1).add_(g, 1 - f.beta1);
  second.mul_(f.beta2).addcmul_(g, g, 1 - f.beta2);
  values.addcdiv_(first, second.sqrt().div_(f.root_of_correction2).add_(f.epsilon), -f.rate);
}

double sum_of_squares(const torch::Tensor& gradient) {
  const double norm = gradient.norm().item<double>();
  if (std::isfinite(norm)) return norm * norm;
  // Squares of 1e20 are beyond a 32-bit number; the gradient itself may not be.
  const double exact = gradient.to(torch::kFloat64).norm().item<double>();
  return exact * exact;
}

}  // namespace

Adam::Adam(std::vector<Weights> weights, AdamOptions options) : options_(options) {
  for (Weights& w : weights) {
    TORCH_CHECK(w.values.is_contiguous() && w.gradient.is_contiguous(), "Adam: weights must be contiguous");
    entries_.push_back({w, torch::zeros_like(w.values), torch::zeros_like(w.values)});
  }
}

void Adam::zero_gradient() {
  for (std::size_t i = 0; i < entries_.size(); ++i) zero_gradient(i);
}

void Adam::zero_gradient(std::size_t entry) { entries_[entry].weights.gradient.zero_(); }

void Adam::step() {
  double scale = 1;
  if (options_.norm_limit > 0) scale = std::min(1.0, options_.norm_limit / (gradient_norm() + 1e-6));
  for (Entry& entry : entries_) move(entry, scale);
}

void Adam::step(std::size_t entry) {
  double scale = 1;
  if (options_.norm_limit > 0) scale = std::min(1.0, options_.norm_limit / (gradient_norm(entry) + 1e-6));
  move(entries_[entry], scale);
}

void Adam::move(Entry& entry, double scale) {
  ++entry.steps;
  const auto steps = static_cast<double>(entry.steps);
  const double correction1 = 1 - std::pow(options_.beta1, steps);
  const double correction2 = 1 - std::pow(options_.beta2, steps);
  if (by_operators(entry.weights.values)) {
    const Factors<double> factors{options_.beta1,         options_.beta2,   options_.learning_rate / correction1,
                                  std::sqrt(correction2), options_.epsilon, scale,
                                  options_.element_limit};
    return move_by_operators(factors, entry.weights.gradient, entry.first, entry.second, entry.weights.values);
  }
  const auto apply = [&]<class Real>(Real) {
    const auto real = [](double value) { return static_cast<Real>(value); };
    const Factors<Real> factors{
        real(options_.beta1),         real(options_.beta2),   real(options_.learning_rate / correction1),
        real(std::sqrt(correction2)), real(options_.epsilon), real(scale),
        real(options_.element_limit)};
    const auto run = options_.element_limit > 0 ? move_elements<true, Real> : move_elements<false, Real>;
    run(entry.weights.values.numel(), factors, entry.weights.gradient.data_ptr<Real>(), entry.first.data_ptr<Real>(),
        entry.second.data_ptr<Real>(), entry.weights.values.data_ptr<Real>());
  };
  entry.weights.values.scalar_type() == torch::kFloat64 ? apply(double{}) : apply(float{});
}

double Adam::gradient_norm() const {
  double sum = 0;
  for (const Entry& entry : entries_) sum += sum_of_squares(entry.weights.gradient);
  return std::sqrt(sum);
}

double Adam::gradient_norm(std::size_t entry) const {
  return std::sqrt(sum_of_squares(entries_[entry].weights.gradient));
}

void Adam::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Entry& entry : entries_) {
    writer.value<std::int64_t>(std::string(name) + "/steps", entry.steps);
    save_tensor(writer, std::string(name) + "/first", entry.first);
    save_tensor(writer, std::string(name) + "/second", entry.second);
  }
}

void Adam::load(SnapshotReader& reader, std::string_view name) {
  for (Entry& entry : entries_) {
    entry.steps = reader.value<std::int64_t>(std::string(name) + "/steps");
    load_tensor(reader, std::string(name) + "/first", entry.first);
    load_tensor(reader, std::string(name) + "/second", entry.second);
  }
}

}  // namespace tutti
