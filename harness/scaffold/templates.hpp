// The files of templates/, as CMakeLists.txt puts them into the program.
#pragma once

#include <string_view>
#include <vector>

namespace tutti::scaffold {

struct Template {
  std::string_view kind;  // "algorithm" or "environment"
  std::string_view file;
  std::string_view text;
};

const std::vector<Template>& templates();

}  // namespace tutti::scaffold
