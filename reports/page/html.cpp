#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

#include "reports/page/document.hpp"
#include "reports/page/style.hpp"
#include "reports/text/escaping.hpp"
#include "reports/text/long_names.hpp"

namespace tutti::reports {
namespace {

std::string cell_html(const TableCell& cell) {
  std::string text = cell.value.empty() ? "–" : html_number_text(cell.value);
  if (!cell.spread.empty()) text += " ± " + html_text(cell.spread);
  if (cell.mark == Mark::kBest) text = "<strong>" + text + "</strong>";
  if (cell.mark == Mark::kClose) text = "<u>" + text + "</u>";
  if (!cell.detail.empty()) text += " <small>" + html_number_text(cell.detail) + "</small>";
  const std::string superscript = superscript_text(cell);
  if (!superscript.empty()) text += "<sup>" + html_text(superscript) + "</sup>";
  return text;
}

// Figures of a paper's text width; others have one column's.
bool is_wide(const Figure& figure) { return figure.width > 100; }

double paper_pixels(const Figure& figure) { return figure.width * 96 / 25.4; }

// A figure drawn for paper may grow on a page, but not without end.
double largest_pixels(const Figure& figure) { return (is_wide(figure) ? 1.25 : 1.8) * paper_pixels(figure); }

// A wide figure keeps its size on a narrow screen and scrolls.
std::string drawing_tag(const Figure& figure) {
  if (!is_wide(figure)) return "<div class=\"drawing\">";
  return fmt::format("<div class=\"drawing wide\" style=\"--paper-width: {:.0f}px\" tabindex=\"0\">",
                     paper_pixels(figure));
}

std::string base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool is_section(const Block& block) {
  const auto* heading = std::get_if<Heading>(&block);
  return heading != nullptr && heading->level == 2;
}

class HtmlWriter {
 public:
  explicit HtmlWriter(const Document& document) : document_(document) {}

  std::string text() {
    const std::string title = html_text(document_.title);
    out_ = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
        "<style>{1}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{0}</h1>\n<p "
        "class=\"subtitle\">{2}</p>\n</header>\n",
        title, kStyleSheet, html_text(document_.subtitle));
    std::size_t headings = 0;
    for (const Block& block : document_.blocks) {
      if (is_section(block) && ++headings == 2) contents();
      std::visit(*this, block);
    }
    out_ += "</main>\n</body>\n</html>\n";
    return std::move(out_);
  }

  void operator()(const Heading& heading) {
    const std::string anchor = heading.id.empty() ? "" : fmt::format(" id=\"{}\"", heading.id);
    out_ += fmt::format("<h{0}{1}>{2}</h{0}>\n", heading.level, anchor, html_text(heading.text));
  }

  void operator()(const Paragraph& paragraph) {
    out_ += fmt::format("<p{}>{}</p>\n", paragraph.warning ? " class=\"warning\"" : "", html_text(paragraph.text));
  }

  void operator()(const BulletList& list) {
    out_ += "<ul>\n";
    for (const std::string& item : list.items) out_ += "<li>" + html_text(item) + "</li>\n";
    out_ += "</ul>\n";
  }

  void operator()(const FactsBlock& block) {
    out_ += "<dl class=\"facts\">\n";
    for (const auto& [name, value] : block.facts) {
      const std::string text = value.empty() ? "–" : html_text(value);
      out_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(name), text);
    }
    out_ += "</dl>\n";
    explain(block.terms);
  }

  void operator()(const TableBlock& block) {
    const Table& table = block.table;
    out_ += fmt::format("<div class=\"scroll\" tabindex=\"0\">\n<table class=\"{}\">\n<thead><tr>", table_class(table));
    for (const Column& column : table.columns) {
      out_ += fmt::format("<th scope=\"col\"{}>{}</th>", number_class(column),
                          name_html(html_text(column.head), column.head));
    }
    out_ += "</tr></thead>\n";
    for (const Section& section : table.sections) section_rows(table, section);
    out_ += "</table>\n</div>\n";
    const std::string caption = caption_text(table);
    if (!caption.empty()) out_ += "<p class=\"caption\">" + html_text(caption) + "</p>\n";
    notes(table);
    if (block.has_files) files("tables/" + table.name, {"csv", "md", "tex"});
    explain(block.terms);
  }

  void operator()(const FigureBlock& block) {
    const bool single = block.figures.size() == 1;
    out_ += fmt::format("<div class=\"figures{}\">\n", single ? " single" : "");
    for (const DrawnFigure& drawn : block.figures) figure(drawn, single);
    out_ += "</div>\n";
    if (!single && !block.figures.empty()) {
      out_ += "<p class=\"caption\">" + html_text(block.figures.front().figure.caption) + "</p>\n";
    }
    explain(block.terms);
  }

  void operator()(const StripBlock& block) {
    out_ += fmt::format(
        "<figure class=\"strip\">\n<div class=\"drawing\" tabindex=\"0\"><img src=\"data:image/png;base64,{}\" "
        "alt=\"{}\"></div>\n<figcaption>{}</figcaption>\n",
        base64(block.picture.strip.png), html_text(block.title), html_text(block.caption));
    files("figures/" + block.picture.name, {"png"});
    out_ += "</figure>\n";
  }

  void operator()(const FoldedBlock& block) {
    out_ += fmt::format("<details><summary>{}</summary>\n<pre>", html_text(block.summary));
    for (const std::string& line : block.lines) out_ += html_text(line) + "\n";
    out_ += "</pre></details>\n";
  }

  void operator()(const FoldStart& fold) {
    out_ += fmt::format("<details class=\"fold\"><summary>{}</summary>\n", html_text(fold.summary));
  }

  void operator()(const FoldEnd&) { out_ += "</details>\n"; }

  void operator()(const DefinitionBlock& block) {
    out_ += "<dl class=\"all\">\n";
    for (const Definition& definition : block.definitions) {
      out_ += fmt::format("<dt id=\"def-{}\">{}</dt><dd>{}</dd>\n", definition.id, html_text(definition.name),
                          html_text(definition.text));
    }
    out_ += "</dl>\n";
  }

 private:
  // A long name breaks within a width of its own, so that it moves no number out of sight.
  static std::string name_html(const std::string& html, const std::string& name) {
    constexpr std::size_t kLongName = 32;  // characters
    if (characters(name) <= kLongName) return html;
    std::string out = "<span class=\"name\">";
    for (const char c : html) out += c == '_' ? std::string("_<wbr>") : std::string(1, c);
    return out + "</span>";
  }

  static std::string number_class(const Column& column) { return column.right ? " class=\"number\"" : ""; }

  static const char* table_class(const Table& table) {
    const auto right = [](const Column& column) { return column.right; };
    if (std::none_of(table.columns.begin(), table.columns.end(), right)) return "words";
    return table.columns.size() > 8 ? "numbers many" : "numbers";
  }

  void contents() {
    out_ += "<nav aria-label=\"Sections\">\n";
    for (const Block& block : document_.blocks) {
      if (!is_section(block)) continue;
      const auto& heading = std::get<Heading>(block);
      out_ += fmt::format("<a href=\"#{}\">{}</a>\n", heading.id, html_text(heading.text));
    }
    out_ += "</nav>\n";
  }

  void section_rows(const Table& table, const Section& section) {
    const bool names = std::string_view(table_class(table)) != "words";  // which break anywhere as they are
    out_ += "<tbody>\n";
    if (!section.heading.empty()) {
      out_ += fmt::format("<tr class=\"group\"><th colspan=\"{}\" scope=\"rowgroup\">{}</th></tr>\n",
                          table.columns.size(), html_text(section.heading));
    }
    for (const auto& row : section.rows) {
      out_ += "<tr>";
      for (std::size_t i = 0; i < row.size(); ++i) {
        out_ += fmt::format("<td{}>{}</td>", number_class(table.columns[i]),
                            i == 0 && names ? name_html(cell_html(row[i]), row[i].value) : cell_html(row[i]));
      }
      out_ += "</tr>\n";
    }
    out_ += "</tbody>\n";
  }

  void notes(const Table& table) {
    for (std::size_t i = 0; i < table.notes.size(); ++i) {
      out_ += fmt::format("<p class=\"notes\"><sup>{}</sup> {}</p>\n", note_letter(i), html_text(table.notes[i]));
    }
  }

  void figure(const DrawnFigure& drawn, bool single) {
    const Figure& shown = drawn.figure;
    out_ += fmt::format("<figure id=\"figure-{}\"{}>\n", shown.name,
                        single ? fmt::format(" style=\"max-width: {:.0f}px\"", largest_pixels(shown)) : "");
    if (drawn.svg.empty()) {
      out_ +=
          fmt::format("<p class=\"warning\">{}: not drawn, {}.</p>\n", html_text(shown.title), html_text(drawn.error));
    } else {
      out_ += drawing_tag(shown) + inline_svg(drawn.svg, shown.name, shown.title) + "</div>\n";
    }
    if (single) out_ += "<figcaption>" + html_text(shown.caption) + "</figcaption>\n";
    files("figures/" + shown.name, drawn.endings);
    out_ += "</figure>\n";
  }

  void files(const std::string& base, const std::vector<std::string>& endings) {
    std::vector<std::string> links;
    for (const std::string& ending : endings) {
      links.push_back(fmt::format("<a href=\"{}.{}\">{}</a>", html_text(base), ending, ending));
    }
    out_ += fmt::format("<p class=\"files\">{}</p>\n", fmt::join(links, " · "));
  }

  // Every term that a table or figure rests on, one click away.
  void explain(const std::vector<Term>& terms) {
    std::string items;
    for (const Term term : terms) {
      const Definition& definition = document_.definitions.at(term);
      items += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(definition.name), html_text(definition.text));
    }
    if (!items.empty())
      out_ += "<details><summary>What these numbers mean</summary>\n<dl>\n" + items + "</dl></details>\n";
  }

  const Document& document_;
  std::string out_;
};

}  // namespace

std::string to_html(const Document& document) { return HtmlWriter(document).text(); }

}  // namespace tutti::reports
