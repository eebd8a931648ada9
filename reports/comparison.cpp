// `tutti compare`: the same suite under two builds.
#include <fmt/format.h>

#include <algorithm>

#include "reports/page/document.hpp"
#include "reports/report.hpp"
#include "results/files.hpp"

namespace tutti::reports {
namespace {

// The values that a folder's runs have, such as "A: 1.0".
std::string values_of(const Difference& difference, const std::string& folder) {
  std::vector<std::string> values;
  for (const auto& value : difference.values) {
    if (std::ranges::find(value.examples, folder) == value.examples.end()) continue;
    values.push_back(value.value.empty() ? "not recorded" : value.value);
  }
  return fmt::format("{}: {}", folder, fmt::join(values, " and "));
}

std::string difference_text(const Difference& difference) {
  return fmt::format("{}: {}; {}", difference.property, values_of(difference, "A"), values_of(difference, "B"));
}

Document document(const Comparison& comparison) {
  Document out;
  out.title = "Comparison of two builds";
  out.subtitle = fmt::format("{} pairs of task and algorithm, score: {}", comparison.rows.size(), comparison.score);
  for (const std::string& warning : comparison.warnings) out.blocks.push_back(Paragraph{warning, true});
  out.blocks.push_back(Heading{2, "What differs", "differences"});
  std::vector<std::string> items;
  for (const Difference& difference : comparison.differences) items.push_back(difference_text(difference));
  if (items.empty()) {
    out.blocks.push_back(
        Paragraph{"Both folders record the same code, libraries, configurations, task facts and protocol."});
  } else {
    out.blocks.push_back(BulletList{std::move(items)});
  }
  if (!comparison.damage.empty()) {
    out.blocks.push_back(Heading{2, "Files left out", "damage"});
    std::vector<std::string> damage;
    for (const Damage& d : comparison.damage) damage.push_back(d.file + ": " + d.what);
    out.blocks.push_back(BulletList{std::move(damage)});
  }
  out.blocks.push_back(Heading{2, "A against B", "table"});
  out.blocks.push_back(TableBlock{comparison_table(comparison).shown, {}, false});
  return out;
}

}  // namespace

std::string comparison_markdown(const Comparison& comparison) { return to_markdown(document(comparison)); }

void write_comparison(const Comparison& comparison, const ReportOptions& options, const std::filesystem::path& folder) {
  results::make_folder(folder);
  const auto write = [&](const char* name, const std::string& text) {
    results::write_file(folder / name, text, results::Durability::kProcess);
  };
  const ReportTable table = comparison_table(comparison);
  write("index.html", to_html(document(comparison)));
  write("comparison.md", comparison_markdown(comparison));
  write("comparison.csv", to_csv(table.data));
  write("comparison.tex", to_latex(table.shown, options.latex));
  write("comparison-standalone.tex", to_latex_document(table.shown, options.latex));
}

}  // namespace tutti::reports
