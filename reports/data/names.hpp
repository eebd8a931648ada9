// Names of tasks and algorithms as files, tables and other tools need them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// ASCII letters in lower case.
std::string lower_case(std::string text);

/// A task's label without its family: "ant-2x4" of "mamujoco/ant-2x4".
std::string short_label(const TaskInfo& task);

/// A label as part of a file's name: anything but letters, digits, '.', '-' and '_' becomes `replacement`. The end of a
/// long one becomes a digest: at most 80 bytes, so that two fit into the name of one file.
std::string file_name(const std::string& label, char replacement = '_');

/// `name`, or "name-2" and so on if it is in `used`, to which it is added. Some file systems take names that differ in
/// case for the same.
std::string unused_file_name(const std::string& name, std::set<std::string>& used);

/// Labels without commas and distinct after lower-casing: "omad", "OMAD" become "omad", "OMAD_2".
std::vector<std::string> distinct_names(const std::vector<std::string>& labels);

}  // namespace tutti::reports
