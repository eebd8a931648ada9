// The report as a sequence of blocks, before any format: what index.html and report.md share.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/behaviour.hpp"
#include "reports/figures/gnuplot.hpp"
#include "reports/page/contents.hpp"
#include "reports/tables/tables.hpp"

namespace tutti::reports {

struct Heading {
  int level = 2;
  std::string text;
  std::string id;  // empty: no anchor
};

struct Paragraph {
  std::string text;
  bool warning = false;
};

struct BulletList {
  std::vector<std::string> items;
};

/// Names and values, in as many columns as there is room for.
struct FactsBlock {
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Term> terms = {};
};

struct TableBlock {
  Table table;
  std::vector<Term> terms = {};
  bool has_files = true;  // .md, .csv and .tex beside the page
};

/// Figures side by side where there is room, each with its caption.
struct FigureBlock {
  std::vector<DrawnFigure> figures;
  std::vector<Term> terms = {};
};

/// A film strip and the name of its file in figures/, without ending.
struct NamedStrip {
  Strip strip;
  std::string name;
};

/// A film strip over the whole width.
struct StripBlock {
  NamedStrip picture;
  std::string title;    // for who cannot see the picture
  std::string caption;  // everything that the picture has no words for
};

/// Shown on a click: long lists.
struct FoldedBlock {
  std::string summary;
  std::vector<std::string> lines;
};

/// Between the two, blocks of any kind are shown on a click.
struct FoldStart {
  std::string summary;
};
struct FoldEnd {};

struct DefinitionBlock {
  std::vector<Definition> definitions;
};

using Block = std::variant<Heading, Paragraph, BulletList, FactsBlock, TableBlock, FigureBlock, StripBlock, FoldedBlock,
                           FoldStart, FoldEnd, DefinitionBlock>;

/// The contents stand before the second heading, below the answer.
struct Document {
  std::string title;
  std::string subtitle;
  std::vector<Block> blocks;
  std::map<Term, Definition> definitions;
};

/// A table or the figures of one place of contents(), made once.
using Part = std::variant<ReportTable, std::vector<DrawnFigure>>;

/// The parts of each section, in the order of contents().
using ReportParts = std::vector<std::vector<Part>>;

/// The answer first: who leads and what limits that, main table, learning curves, aggregates, sample efficiency,
/// profile, improvement, coverage, behaviour where it was asked for, run time, published figures; then, folded, what
/// was run and how it was computed.
Document report_document(const Analysis& analysis, const ReportOptions& options, const ReportParts& parts,
                         const std::vector<NamedStrip>& strips);

/// One self-contained page: styles and figures inline, no script, nothing fetched.
std::string to_html(const Document& document);

/// The same as Markdown; figures are linked as PNG.
std::string to_markdown(const Document& document);

/// Every number of the report, with definitions, options and versions. A missing number is null.
std::string report_json(const Analysis& analysis, const ReportOptions& options, const std::vector<NamedStrip>& strips,
                        const std::vector<std::string>& files);

}  // namespace tutti::reports
