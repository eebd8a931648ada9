// The plugins under test.
#pragma once

#include <string>
#include <vector>

#include "loader/registry.hpp"

namespace tutti::conformance {

/// One registry for the whole program: libraries stay open.
loader::Registry& registry();

/// Every parameter at its default, with `values` on top.
ParameterValues with_defaults(void (*declare)(ParameterSchema&), const ParameterValues& values);

/// "mpe/coop-nav-n3" as the name of a test: letters, digits and underscores.
std::string test_name(std::string name);

}  // namespace tutti::conformance
