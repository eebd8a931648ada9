// `tutti status`: what a suite's folder says about its runs, without the suite file or any plugin.
#pragma once

#include <filesystem>
#include <string>

#include "launch/board.hpp"

namespace tutti::launch {

/// The state of every planned run. Throws Error if `suite_folder` holds no plan.
Board read_board(const std::filesystem::path& suite_folder);

/// The board as a table of at most `width` columns, with what to type about failed and unfinished runs, or who has the
/// suite in work.
std::string status_text(const std::filesystem::path& suite_folder, std::size_t width);

}  // namespace tutti::launch
