// Values that the presets of several algorithms share.
#pragma once

#include "tutti/algorithm.hpp"

namespace tutti {

/// HARL's schedule: `copies` step together; after 10,000 random steps, 50 sweeps are followed by 50 `updates_per_sweep`
/// updates.
inline ParameterValues harl_schedule(std::int64_t copies, double updates_per_sweep = 1) {
  return {{"copies", copies},
          {"warm_up_steps", std::int64_t{10'000}},
          {"update_interval", std::int64_t{50}},
          {"updates_per_step", updates_per_sweep / static_cast<double>(copies)}};
}

/// `base` with `changes` on top.
inline ParameterValues with(ParameterValues base, const ParameterValues& changes) {
  for (const auto& [name, value] : changes) base[name] = value;
  return base;
}

}  // namespace tutti
