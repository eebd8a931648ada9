// Names of tasks and algorithms as files, tables and other tools need them.
#pragma once

#include <string>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// ASCII letters in lower case.
std::string lower_case(std::string text);

/// A task's label without its family: "ant-2x4" of "mamujoco/ant-2x4".
std::string short_label(const TaskInfo& task);

/// A label as part of a file's name: anything but letters, digits, '.', '-' and '_' becomes `replacement`.
std::string file_name(std::string label, char replacement = '_');

/// Labels without commas and distinct after lower-casing: "omad", "OMAD" become "omad", "OMAD_2".
std::vector<std::string> distinct_names(const std::vector<std::string>& labels);

}  // namespace tutti::reports
