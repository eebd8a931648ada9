// Writes a report's folder: page, tables, figures, JSON, exports.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/behaviour.hpp"

namespace tutti::reports {

/// What was written, and what could not be.
struct WrittenReport {
  std::filesystem::path page;        // index.html
  std::vector<std::string> files;    // relative to the report's folder, sorted
  std::vector<std::string> remarks;  // sentences, such as that gnuplot is missing
};

/// Writes index.html, report.md, report.json, tables/, figures/ and export/ into `folder`. The files of an earlier
/// report there are removed first, others are left alone. `strips` are shown where options.behaviour
/// asks for them. The same analysis and strips give the same bytes. Throws Error where the folder cannot be written.
WrittenReport write_report(const Analysis& analysis, const ReportOptions& options, const std::filesystem::path& folder,
                           const std::vector<Strip>& strips = {});

/// A comparison as Markdown, for the terminal or a file: differences first, then the table.
std::string comparison_markdown(const Comparison& comparison);

/// Writes index.html, comparison.md, .csv and .tex into `folder`.
void write_comparison(const Comparison& comparison, const ReportOptions& options, const std::filesystem::path& folder);

}  // namespace tutti::reports
