// For options whose value is a path, and which mean something else where they are left out.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace tutti::cli {

/// Refuses the empty value that a shell makes of --out "$UNSET".
inline CLI::Validator not_empty() {
  return {[](const std::string& value) { return value.empty() ? "is empty; write it, or leave the option out" : ""; },
          ""};
}

}  // namespace tutti::cli
