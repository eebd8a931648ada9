#include <fmt/format.h>

#include "reports/page/document.hpp"
#include "reports/text/escaping.hpp"

namespace tutti::reports {
namespace {

class MarkdownWriter {
 public:
  explicit MarkdownWriter(const Document& document) : document_(document) {}

  std::string text() {
    out_ = fmt::format("# {}\n\n{}\n", markdown_text(document_.title), markdown_text(document_.subtitle));
    for (const Block& block : document_.blocks) {
      out_ += '\n';
      std::visit(*this, block);
    }
    return std::move(out_);
  }

  void operator()(const Heading& heading) {
    out_ +=
        fmt::format("{} {}\n", std::string(static_cast<std::size_t>(heading.level), '#'), markdown_text(heading.text));
  }

  void operator()(const Paragraph& paragraph) {
    out_ += (paragraph.warning ? "> **Note:** " : "") + markdown_text(paragraph.text) + "\n";
  }

  void operator()(const BulletList& list) {
    for (const std::string& item : list.items) out_ += "* " + markdown_text(item) + "\n";
  }

  void operator()(const FactsBlock& block) {
    Table table{.columns = {{.head = "what", .right = false}, {.head = "value", .right = false}}};
    Section section;
    for (const auto& [name, value] : block.facts) section.rows.push_back({{.value = name}, {.value = value}});
    table.sections.push_back(std::move(section));
    out_ += to_markdown(table);
    links(block.terms);
  }

  void operator()(const TableBlock& block) {
    out_ += to_markdown(block.table);
    if (block.has_files)
      out_ += fmt::format("\nFiles: [CSV](tables/{0}.csv), [LaTeX](tables/{0}.tex).\n", block.table.name);
    links(block.terms);
  }

  void operator()(const FigureBlock& block) {
    for (const DrawnFigure& drawn : block.figures) {
      const Figure& figure = drawn.figure;
      if (!drawn.error.empty()) {
        out_ += fmt::format("{}: not drawn, {}. The numbers are in [figures/{}.csv](figures/{}.csv).\n\n",
                            markdown_text(figure.title), markdown_text(drawn.error), figure.name, figure.name);
        continue;
      }
      out_ += fmt::format("![{}](figures/{}.png)\n\n", markdown_text(figure.title), figure.name);
    }
    if (!block.figures.empty()) out_ += markdown_text(block.figures.front().figure.caption) + "\n";
    links(block.terms);
  }

  void operator()(const StripBlock& block) {
    out_ += fmt::format("![{}](figures/{}.png)\n\n{}\n", markdown_text(block.title), block.picture.name,
                        markdown_text(block.caption));
  }

  void operator()(const FoldedBlock& block) {
    out_ += fmt::format("<details><summary>{}</summary>\n\n", html_text(block.summary));
    for (const std::string& line : block.lines) out_ += "    " + clean_text(line) + "\n";
    out_ += "\n</details>\n";
  }

  void operator()(const FoldStart& fold) {
    out_ += fmt::format("<details><summary>{}</summary>\n", html_text(fold.summary));
  }

  void operator()(const FoldEnd&) { out_ += "</details>\n"; }

  void operator()(const DefinitionBlock& block) {
    for (const Definition& definition : block.definitions) {
      out_ += fmt::format("<a id=\"def-{}\"></a>**{}**: {}\n\n", definition.id, markdown_text(definition.name),
                          markdown_text(definition.text));
    }
  }

 private:
  void links(const std::vector<Term>& terms) {
    std::vector<std::string> items;
    for (const Term term : terms) {
      const Definition& definition = document_.definitions.at(term);
      items.push_back(fmt::format("[{}](#def-{})", markdown_text(definition.name), definition.id));
    }
    if (!items.empty()) out_ += fmt::format("\nDefinitions: {}.\n", fmt::join(items, ", "));
  }

  const Document& document_;
  std::string out_;
};

}  // namespace

std::string to_markdown(const Document& document) { return MarkdownWriter(document).text(); }

}  // namespace tutti::reports
