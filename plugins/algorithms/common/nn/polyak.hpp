// Target networks: a slowly moving average of the weights.
#pragma once

#include "nn/networks.hpp"

namespace tutti {

/// target <- (1 - rate) target + rate source.
inline void polyak_update(const WeightBlock& source, const WeightBlock& target, double rate) {
  const torch::NoGradGuard no_grad;
  target.values().lerp_(source.values(), rate);
}

inline void polyak_update(const Mlp& source, const Mlp& target, double rate) {
  polyak_update(source.block(), target.block(), rate);
}

inline void polyak_update(const AgentNetworks& source, const AgentNetworks& target, double rate) {
  const std::vector<WeightBlock> from = source.blocks(), to = target.blocks();
  for (std::size_t i = 0; i < from.size(); ++i) polyak_update(from[i], to[i], rate);
}

}  // namespace tutti
