// Names as other tools need them.
#pragma once

#include <string>
#include <vector>

namespace tutti::reports {

/// A label as part of a file's name: anything but letters, digits, '.', '-' and '_' becomes '_'.
std::string file_name(const std::string& label);

/// Labels without commas and distinct after lower-casing: "omad", "OMAD" become "omad", "OMAD_2".
std::vector<std::string> distinct_names(const std::vector<std::string>& labels);

}  // namespace tutti::reports
