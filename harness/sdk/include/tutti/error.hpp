// The one exception type for what a user, a suite file or a plugin can cause.
#pragma once

#include <stdexcept>

#include "tutti/export.hpp"

namespace tutti {

/// Says where, what is wrong, and what was expected or what exists, in one sentence.
/// Broken invariants of our own code are assertions, not Errors.
class TUTTI_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tutti
