// What simple play scores: the scale on which reports compare scores of different tasks.
#pragma once

#include <optional>

#include "environment.hpp"

namespace tutti::mpe {

/// The range of this very task, in its own team reward; nothing where it was not measured.
std::optional<ReferenceRange> reference_range(const Config& config);

}  // namespace tutti::mpe
