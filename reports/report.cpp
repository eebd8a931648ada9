#include "reports/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "reports/figures/figures.hpp"
#include "reports/figures/gnuplot.hpp"
#include "reports/page/document.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) {}

  // Creates the folders, and removes what the report.json of an earlier report lists.
  void prepare() {
    std::error_code error;
    remove_listed();
    for (const char* name : {"tables", "figures"}) {
      fs::create_directories(path_ / name, error);
      if (error) throw Error(fmt::format("{}: {}", (path_ / name).string(), error.message()));
    }
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream out(path_ / name, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw Error((path_ / name).string() + ": cannot be written");
    files_.push_back(name);
  }

  void add(const std::string& name) {
    if (fs::exists(path_ / name)) files_.push_back(name);
  }

  const fs::path& path() const { return path_; }
  std::vector<std::string> files() const {
    auto sorted = files_;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

 private:
  // Only plain files of ours: a damaged or foreign report.json must not remove anything else.
  static bool ours(const std::string& name) {
    const bool known =
        name.starts_with("tables/") || name.starts_with("figures/") || name == "index.html" || name == "report.md";
    return known && name.find("..") == std::string::npos;
  }

  void remove_listed() {
    std::ifstream in(path_ / "report.json", std::ios::binary);
    const auto json = nlohmann::json::parse(in, nullptr, false);
    if (!json.is_object() || !json.contains("files") || !json["files"].is_array()) return;
    std::error_code ignored;
    for (const auto& entry : json["files"]) {
      if (entry.is_string() && ours(entry.get<std::string>())) fs::remove(path_ / entry.get<std::string>(), ignored);
    }
  }

  fs::path path_;
  std::vector<std::string> files_;
};

LatexStyle latex_style(const ReportOptions& options) {
  return options.latex == "siunitx" ? LatexStyle::kSiunitx : LatexStyle::kPlain;
}

void write_table(Folder& folder, const ReportTable& table, LatexStyle style, const std::string& prefix) {
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
  explicit FigureWriter(Folder& folder) : folder_(folder) {}

  DrawnFigure operator()(const Figure& figure) {
    if (figure.panels.empty()) return {figure, "", "nothing to draw"};
    DrawnFigure drawn = draw(figure, folder_.path() / "figures");
    for (const char* ending : {".csv", ".gp", ".svg", ".pdf", ".png"}) folder_.add("figures/" + figure.name + ending);
    if (!drawn.error.empty() && std::find(remarks.begin(), remarks.end(), drawn.error) == remarks.end()) {
      remarks.push_back(drawn.error);
    }
    return drawn;
  }

  std::vector<std::string> remarks;

 private:
  Folder& folder_;
};

}  // namespace

WrittenReport write_report(const Analysis& analysis, const ReportOptions& options, const fs::path& path) {
  Folder folder(path);
  folder.prepare();
  ReportParts parts;
  for (ReportTable& table : all_tables(analysis, options)) {
    write_table(folder, table, latex_style(options), "tables/");
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
  folder.write("report.json", report_json(analysis, options, folder.files()));
  return {path / "index.html", folder.files(), write_figure.remarks};
}

}  // namespace tutti::reports
