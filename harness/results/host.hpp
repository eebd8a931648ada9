// This machine, as records and files name it.
#pragma once

#include <string>

namespace tutti::results {

std::string host_name();

}  // namespace tutti::results
