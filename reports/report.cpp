#include "reports/report.hpp"

#include <algorithm>
#include <set>

#include "reports/data/names.hpp"
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

// Makes the part of each place, and its files.
class PartMaker {
 public:
  PartMaker(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder,
            std::vector<std::string>& remarks)
      : analysis_(analysis), options_(options), folder_(folder), remarks_(remarks) {}

  Part operator()(const TablePlace& place) const {
    ReportTable table = place.make(analysis_, options_);
    write_table(folder_, table, options_.latex, "tables/");
    return table;
  }

  Part operator()(const FigurePlace& place) const { return std::vector{drawn(place.make(analysis_, options_))}; }

  Part operator()(const TaskFiguresPlace& place) const {
    std::vector<DrawnFigure> figures;
    for (const Figure& figure : place.make(analysis_, options_)) figures.push_back(drawn(figure));
    return figures;
  }

 private:
  DrawnFigure drawn(const Figure& figure) const {
    if (figure.panels.empty()) return {figure, "", "nothing to draw"};
    for (const char* ending : {"csv", "gp", "log", "svg", "pdf", "png"})
      folder_.announce("figures/" + figure.name + "." + ending);
    DrawnFigure drawn = draw(figure, folder_.path() / "figures");
    for (const std::string& ending : drawn.endings) folder_.add("figures/" + figure.name + "." + ending);
    if (!drawn.error.empty() && std::find(remarks_.begin(), remarks_.end(), drawn.error) == remarks_.end()) {
      remarks_.push_back(drawn.error);
    }
    return drawn;
  }

  const Analysis& analysis_;
  const ReportOptions& options_;
  OutputFolder& folder_;
  std::vector<std::string>& remarks_;
};

}  // namespace

WrittenReport write_report(const Analysis& analysis, const ReportOptions& options, const fs::path& path,
                           const std::vector<Strip>& strips) {
  OutputFolder folder(path);
  folder.begin();
  results::make_folder_below(path, "figures");
  std::vector<std::string> remarks;
  const PartMaker make(analysis, options, folder, remarks);
  ReportParts parts;
  for (const SectionPlace& section : contents(analysis)) {
    parts.emplace_back();
    for (const Place& place : section.places) parts.back().push_back(std::visit(make, place));
  }
  std::vector<NamedStrip> named_strips;
  std::set<std::string> used;
  for (const Strip& strip : strips) {
    const std::string name = "behaviour-" + file_name(analysis.tasks[strip.run.task].label, '-') + "-" +
                             file_name(analysis.algorithms[strip.run.algorithm].label, '-');
    named_strips.push_back({strip, unused_file_name(name, used)});
    if (!strip.png.empty()) folder.write("figures/" + named_strips.back().name + ".png", strip.png);
  }
  const Document document = report_document(analysis, options, parts, named_strips);
  folder.write("index.html", to_html(document));
  folder.write("report.md", to_markdown(document));
  if (analysis.data) write_exports(analysis, options, folder);
  folder.finish(report_json(analysis, options, named_strips, folder.files()));
  return {path / "index.html", folder.files(), std::move(remarks)};
}

}  // namespace tutti::reports
