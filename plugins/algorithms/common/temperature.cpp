#include "temperature.hpp"

#include <cmath>
#include <string>

namespace tutti {

Temperature::Temperature(double initial, bool learned, double learning_rate, const torch::TensorOptions& options)
    : learned_(learned),
      lambda_{torch::full({1}, std::log(initial), options), torch::zeros({1}, options)},
      optimizer_({lambda_}, {.learning_rate = learning_rate}) {}

double Temperature::value() const { return std::exp(lambda_.values.item<double>()); }

torch::Tensor Temperature::tensor() const {
  if (lambda_.values.is_cpu()) return torch::scalar_tensor(value(), torch::kFloat64);
  return lambda_.values.to(torch::kFloat64).exp()[0];
}

void Temperature::step(double shortfall) {
  if (!learned_) return;
  lambda_.gradient.fill_(-shortfall);
  optimizer_.step();
}

void Temperature::step(const torch::Tensor& shortfall) {
  if (!learned_) return;
  lambda_.gradient.copy_(shortfall.detach().neg());
  optimizer_.step();
}

void Temperature::save(SnapshotWriter& writer, std::string_view name) const {
  save_tensor(writer, name, lambda_.values);
  optimizer_.save(writer, std::string(name) + "/optimizer");
}

void Temperature::load(SnapshotReader& reader, std::string_view name) {
  load_tensor(reader, name, lambda_.values);
  optimizer_.load(reader, std::string(name) + "/optimizer");
}

}  // namespace tutti
