#include "reports/report.hpp"

#include <algorithm>

#include "reports/export/export.hpp"
#include "reports/figures/figures.hpp"
#include "reports/figures/gnuplot.hpp"
#include "reports/page/document.hpp"
#include "results/files.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

void write_table(OutputFolder& folder, const ReportTable& table, LatexStyle style, const std::string& prefix) {
  const std::string base = prefix + table.shown.name;
  folder.write(base + ".md", to_markdown(table.shown));
  folder.write(base + ".csv", to_csv(table.data));
  folder.write(base + ".tex", to_latex(table.shown, style));
  folder.write(base + "-standalone.tex", to_latex_document(table.shown, style));
}

std::vector<ReportTable> all_tables(const Analysis& analysis, const ReportOptions& options) {
  std::vector<ReportTable> tables;
  for (const auto make : {main_table, aggregate_table, thresholds_table, sample_efficiency_table, milestones_table,
                          coverage_table, improvement_table, failures_table, runtime_table, published_table}) {
    tables.push_back(make(analysis, options));
  }
  return tables;
}

class FigureWriter {
 public:
  explicit FigureWriter(OutputFolder& folder) : folder_(folder) {}

  DrawnFigure operator()(const Figure& figure) {
    if (figure.panels.empty()) return {figure, "", "nothing to draw"};
    DrawnFigure drawn = draw(figure, folder_.path() / "figures");
    for (const std::string& ending : drawn.endings) folder_.add("figures/" + figure.name + "." + ending);
    if (!drawn.error.empty() && std::find(remarks.begin(), remarks.end(), drawn.error) == remarks.end()) {
      remarks.push_back(drawn.error);
    }
    return drawn;
  }

  std::vector<std::string> remarks;

 private:
  OutputFolder& folder_;
};

}  // namespace

WrittenReport write_report(const Analysis& analysis, const ReportOptions& options, const fs::path& path) {
  OutputFolder folder(path);
  folder.remove_listed();
  results::make_folder(path);
  results::make_folder_below(path, "figures");
  ReportParts parts;
  for (ReportTable& table : all_tables(analysis, options)) {
    write_table(folder, table, options.latex, "tables/");
    const std::string name = table.shown.name;
    parts.tables.emplace(name, std::move(table));
  }
  FigureWriter write_figure(folder);
  for (const Figure& figure : task_curves(analysis, options)) parts.task_curves.push_back(write_figure(figure));
  for (const auto make : {all_curves, efficiency_figure, aggregate_figure, profile_figure, improvement_figure,
                          coverage_figure, wall_clock_figure}) {
    DrawnFigure drawn = write_figure(make(analysis, options));
    const std::string name = drawn.figure.name;
    parts.figures.emplace(name, std::move(drawn));
  }
  const Document document = report_document(analysis, options, parts);
  folder.write("index.html", to_html(document));
  folder.write("report.md", to_markdown(document));
  if (analysis.data) write_exports(analysis, options, folder);
  folder.write("report.json", report_json(analysis, options, folder.files()));
  return {path / "index.html", folder.files(), write_figure.remarks};
}

}  // namespace tutti::reports
