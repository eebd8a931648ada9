// The gnuplot script of a figure: every panel placed by hand in millimetres, one legend above them all.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "reports/figures/figure.hpp"
#include "reports/text/escaping.hpp"
#include "reports/text/long_names.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

// A colour-blind palette; dash patterns and points distinguish the lines in black and white as well. The three lists
// have no common period: the eleventh line has the first one's colour, another dash pattern and another point.
constexpr std::array kColors{"#0173B2", "#DE8F05", "#029E73", "#D55E00", "#CC78BC",
                             "#CA9161", "#FBAFE4", "#949494", "#ECE133", "#56B4E9"};
constexpr std::array kDashes{"1",      "(9,3)", "(2.5,2)",   "(9,3,2,3)", "(5,2)", "(9,2,2,2,2,2)",
                             "(14,3)", "(4,4)", "(12,3,4,3)"};
constexpr std::array kPoints{7, 5, 9, 13, 11, 6, 4};

constexpr double kTopMargin = 5, kBottomMargin = 10, kRightMargin = 4;  // mm, within a panel
constexpr double kLegendRow = 4.2, kLegendSample = 8, kLegendGap = 4;   // mm
constexpr double kCharacterWidth = 1.8;                                 // mm at 8 pt, generous

const char* color(std::size_t style) { return kColors[style % kColors.size()]; }
const char* dash(std::size_t style) { return kDashes[style % kDashes.size()]; }
int point(std::size_t style) { return kPoints[style % kPoints.size()]; }

// A gnuplot string that nothing is expanded in. A doubled apostrophe stands for one, but not at the start and not
// beside another; there it is joined on in double quotes, 'x'."''".'y', which would expand other characters.
std::string in_quotes(const std::string& text) {
  const std::string clean = clean_text(text);
  std::string out = "'";
  for (std::size_t i = 0; i < clean.size();) {
    const std::size_t end = std::min(clean.find_first_not_of('\'', i), clean.size());
    if (end == i) {
      out += clean[i++];
      continue;
    }
    out += i > 0 && end == i + 1 ? "''" : "'.\"" + clean.substr(i, end - i) + "\".'";
    i = end;
  }
  return out + "'";
}

// The same for the label of a tick, which is a format.
std::string quoted_format(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '%' ? std::string("%%") : std::string(1, c);
  return in_quotes(out);
}

// The same for words that are shown: in drawings that have to find their letters in a font, `plain` is set where there
// is none with all of them.
template <class Quote>
std::string shown(const std::string& text, Quote quote) {
  if (uncommon_letters(text).empty()) return quote(text);
  return "(plain ? " + quote(common_letters_text(text)) + " : " + quote(text) + ")";
}

std::string words(const std::string& text) { return shown(text, in_quotes); }

// Numbers of the letters in a figure that not every font has.
std::string uncommon_letters_of(const Figure& figure) {
  std::set<std::uint32_t> letters;
  const auto see = [&](const std::string& text) { letters.merge(uncommon_letters(text)); };
  for (const Style& style : figure.legend) see(style.label);
  for (const Panel& panel : figure.panels) {
    for (const std::string& text : {panel.title, panel.x_label, panel.y_label}) see(text);
    for (const std::string& row : panel.rows) see(row);
  }
  return fmt::format("{:x}", fmt::join(letters, " "));
}

// How many characters have room.
std::size_t characters_in(double millimetres) {
  return static_cast<std::size_t>(std::max(millimetres, 4 * kCharacterWidth) / kCharacterWidth);
}

// Where the legend's entries go: as many columns as fit.
struct LegendLayout {
  std::size_t columns = 1, rows = 0;
  double entry_width = 0;
  std::vector<std::string> labels;

  LegendLayout(const std::vector<Style>& legend, double width) {
    for (const Style& style : legend) labels.push_back(style.label);
    labels = short_names(labels, characters_in(width - kLegendSample - 1.5));
    std::size_t longest = 0;
    for (const std::string& label : labels) longest = std::max(longest, characters(label));
    entry_width = kLegendSample + 1.5 + kCharacterWidth * static_cast<double>(longest) + kLegendGap;
    columns = std::clamp<std::size_t>(static_cast<std::size_t>(width / entry_width), 1,
                                      std::max<std::size_t>(legend.size(), 1));
    rows = (legend.size() + columns - 1) / columns;
  }
  double height() const { return rows == 0 ? 0 : kLegendRow * static_cast<double>(rows) + 1; }
};

class Script {
 public:
  explicit Script(const Figure& figure) : figure_(figure), legend_(figure.legend, figure.width - 2) {
    const std::size_t rows = (figure.panels.size() + figure.columns - 1) / figure.columns;
    height_ = legend_.height() + figure.panel_height * static_cast<double>(rows);
    for (const Panel& panel : figure.panels) titles_.push_back(panel.title);
    titles_ = short_names(titles_, characters_in(cell_width()));
  }

  std::string text() {
    prolog();
    legend();
    for (std::size_t i = 0; i < figure_.panels.size(); ++i) panel(i);
    line("  unset multiplot");
    line("  unset output");
    line("}}");
    return out_;
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_ += fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  }

  double screen_x(double millimetres) const { return millimetres / figure_.width; }
  double screen_y(double from_top) const { return 1 - from_top / height_; }

  void prolog() {
    const double pixels = 96 / 25.4;
    line("# gnuplot {0}.gp draws {0}.csv as {0}.svg, {0}.pdf and {0}.png.", figure_.name);
    line("set encoding utf8");
    line("set datafile separator comma");
    line("set datafile columnheaders");
    line("set datafile commentschars ''");
    line("data = {}", in_quotes(figure_.name + ".csv"));
    const std::string letters = uncommon_letters_of(figure_);
    if (!letters.empty())
      line("plain_fonts = strlen(system(\"fc-list ':charset={}' family 2>/dev/null\")) == 0", letters);
    step_bands();
    line("do for [kind in 'svg pdf png'] {{");
    line("  if (kind eq 'svg') {{ set terminal svg size {:.0f},{:.0f} noenhanced font 'sans-serif,10' }}",
         figure_.width * pixels, height_ * pixels);
    line(
        "  if (kind eq 'pdf') {{ set terminal pdfcairo size {:.2f}cm,{:.2f}cm noenhanced font 'sans-serif,7.5' "
        "fontscale 0.7 }}",
        figure_.width / 10, height_ / 10);
    line(
        "  if (kind eq 'png') {{ set terminal pngcairo size {:.0f},{:.0f} noenhanced font 'sans-serif,7.5' "
        "fontscale 2 linewidth 2 pointscale 2 }}",
        figure_.width * pixels * 2, height_ * pixels * 2);
    if (!letters.empty()) line("  plain = plain_fonts && kind ne 'svg'");
    line("  set output {}.kind", in_quotes(figure_.name + "."));
    line("  set multiplot");
    line("  set border 3 lc rgb '#606060'");
    line("  set tics nomirror out scale 0.4");
    line("  set xtics offset 0,0.35");
    line("  set grid lc rgb '#D8D8D8' lw 0.8 dt 1");
    line("  unset key");
    line("  set style fill transparent solid 0.18 noborder");
  }

  static bool has_step_band(const Panel& panel, const Series& series) {
    return panel.kind == Panel::Kind::kSteps && !series.low.empty();
  }

  // Corners of the bands of step functions, which would otherwise be joined obliquely: low and high of the CSV, held
  // until the next x.
  void step_bands() {
    std::size_t count = 0;
    for (const Panel& panel : figure_.panels) {
      for (const Series& series : panel.series) {
        if (!has_step_band(panel, series)) continue;
        line("$band{} << END", count++);
        line("x,low,high");
        for (std::size_t i = 0; i < series.x.size(); ++i) {
          const std::string limits = shortest(series.low[i]) + "," + shortest(series.high[i]);
          line("{},{}", shortest(series.x[i]), limits);
          if (i + 1 < series.x.size()) line("{},{}", shortest(series.x[i + 1]), limits);
        }
        line("END");
      }
    }
  }

  // Samples as arrows with a point on them, in screen coordinates; drawn along with the first panel.
  void legend() {
    for (std::size_t i = 0; i < figure_.legend.size(); ++i) {
      const Style& style = figure_.legend[i];
      const double left = 1 + legend_.entry_width * static_cast<double>(i % legend_.columns);
      const double y = screen_y(0.5 + kLegendRow * (static_cast<double>(i / legend_.columns) + 0.5));
      line("  set arrow {} from screen {:.5f},{:.5f} to screen {:.5f},{:.5f} nohead lc rgb '{}' lw 2 dt {}", i + 1,
           screen_x(left), y, screen_x(left + kLegendSample), y, color(style.index), dash(style.index));
      line("  set label {} {} at screen {:.5f},{:.5f} left", 2 * i + 1, words(legend_.labels[i]),
           screen_x(left + kLegendSample + 1.5), y);
      line("  set label {} '' at screen {:.5f},{:.5f} point pt {} ps 0.55 lc rgb '{}'", 2 * i + 2,
           screen_x(left + kLegendSample / 2), y, point(style.index), color(style.index));
    }
  }

  void panel(std::size_t index) {
    const Panel& panel = figure_.panels[index];
    place(index);
    axes(panel, titles_[index]);
    std::vector<std::string> plots;
    for (const Series& series : panel.series) add_plots(plots, panel, series);
    line("  plot {}", plots.empty() ? "NaN" : fmt::format("{}", fmt::join(plots, ", \\\n    ")));
    if (index == 0) line("  unset arrow; unset label");
  }

  // Left margin of every column but the first. The first one has a wider margin, and is wider by the difference.
  double margin() const { return shared_rows() ? 3 : std::min(figure_.left_margin, 11.0); }
  double cell_width() const {
    return (figure_.width - figure_.left_margin + margin()) / static_cast<double>(figure_.columns);
  }

  void place(std::size_t index) {
    const std::size_t column = index % figure_.columns, row = index / figure_.columns;
    const double extra = figure_.left_margin - margin();
    const double left = (column == 0 ? 0 : extra) + cell_width() * static_cast<double>(column);
    const double right = extra + cell_width() * static_cast<double>(column + 1);
    const double top = legend_.height() + figure_.panel_height * static_cast<double>(row);
    line("  set lmargin at screen {:.5f}; set rmargin at screen {:.5f}",
         screen_x(left + (column == 0 ? figure_.left_margin : margin())), screen_x(right - kRightMargin));
    line("  set tmargin at screen {:.5f}; set bmargin at screen {:.5f}", screen_y(top + kTopMargin),
         screen_y(top + figure_.panel_height - kBottomMargin));
    first_column_ = column == 0;
  }

  // Interval panels beside each other have the same rows, named once.
  bool shared_rows() const { return !figure_.panels.empty() && figure_.panels.front().kind == Panel::Kind::kIntervals; }

  void axes(const Panel& panel, const std::string& title) {
    line("  set title {} offset 0,-0.7", words(title));
    line("  set xlabel {} offset 0,0.9", words(panel.x_label));
    const bool named = first_column_ || !shared_rows();
    const std::optional<NarrowAxis> narrow = narrow_axis(panel);
    line("  set ylabel {} offset 0.7,0",
         words((first_column_ ? panel.y_label : "") + (narrow ? narrow->offset_text() : "")));
    line("  set xrange [{}:{}]; set yrange [{}:{}]", limit(panel.x_low), limit(panel.x_high), limit(panel.y_low),
         limit(panel.y_high));
    x_ticks(panel);
    if (panel.kind == Panel::Kind::kIntervals) {
      row_ticks(panel, named);
    } else if (narrow) {
      narrow_ticks(*narrow);
    } else {
      line("  set ytics autofreq");
    }
    line("  unset arrow 100");
    if (panel.x_line) {
      line("  set arrow 100 from {0},graph 0 to {0},graph 1 nohead lc rgb '#606060' lw 1 dt (4,3)", *panel.x_line);
    }
  }

  // A vertical axis on which the six digits of a label do not tell its ticks apart: they count from `offset`.
  struct NarrowAxis {
    double low, high, offset;
    std::string offset_text() const { return (offset < 0 ? " + " : " − ") + shortest(std::abs(offset)); }
  };

  static std::optional<NarrowAxis> narrow_axis(const Panel& panel) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    const auto see = [&](const std::vector<double>& values) {
      for (const double value : values) low = std::fmin(low, value), high = std::fmax(high, value);
    };
    for (const Series& series : panel.series) {
      see(series.y), see(series.low), see(series.high);
      for (const auto& run : series.runs) see(run);
    }
    const double size = std::max(std::abs(low), std::abs(high)), range = high - low;
    if (panel.kind == Panel::Kind::kIntervals || panel.y_low || !(range > 0)) return std::nullopt;
    if (size < 1e4 * range || size > 1e12 * range) return std::nullopt;
    const double digits = -std::ceil(std::log10(range));  // after the point, of the offset
    const double unit = std::pow(10, std::abs(digits));
    return NarrowAxis{low, high, digits < 0 ? std::round(low / unit) * unit : std::round(low * unit) / unit};
  }

  void narrow_ticks(const NarrowAxis& axis) {
    const double least = axis.low - axis.offset, most = axis.high - axis.offset;
    const double rounding = 1e-6 * (most - least);  // of the differences
    std::vector<std::string> ticks;
    for (const double tick : round_ticks(least - rounding, most + rounding, 6))
      ticks.push_back(fmt::format("'{:g}' {}", tick, shortest(axis.offset + tick)));
    line("  set ytics ({})", fmt::join(ticks, ", "));
  }

  static std::string limit(const std::optional<double>& value) { return value ? shortest(*value) : "*"; }

  void x_ticks(const Panel& panel) {
    const double low = panel.x_low.value_or(0), high = panel.x_high.value_or(0);
    if (!(high > low)) {
      line("  set xtics autofreq");
      return;
    }
    const double unit = panel.x_axis == Axis::kSeconds ? time_unit(panel).seconds : 1;
    const std::vector<double> places = round_ticks(low / unit, high / unit, figure_.columns > 3 ? 4 : 6);
    const int decimals = decimals_of(places);
    std::vector<std::string> ticks;
    for (const double tick : places) {
      // A count may be in another unit than steps, such as millions of them.
      const bool whole = decimals == 0 || high / unit >= 1000;
      const std::string label = panel.x_axis == Axis::kSteps && whole ? count_text(tick) : fixed(tick, decimals);
      ticks.push_back(fmt::format("{} {}", in_quotes(label), shortest(tick * unit)));
    }
    line("  set xtics ({})", fmt::join(ticks, ", "));
  }

  // Digits after the point that every tick is exact with.
  static int decimals_of(const std::vector<double>& ticks) {
    std::size_t most = 0;
    for (const double tick : ticks) {
      const std::string text = fmt::format("{:g}", tick);
      const std::size_t point_at = text.find('.');
      if (point_at != std::string::npos) most = std::max(most, text.size() - point_at - 1);
    }
    return static_cast<int>(most);
  }

  void row_ticks(const Panel& panel, bool named) {
    const std::vector<std::string> names = short_names(panel.rows, characters_in(figure_.left_margin - 3));
    std::vector<std::string> ticks;
    for (std::size_t i = 0; i < names.size(); ++i) {
      ticks.push_back(fmt::format("{} {}", shown(named ? names[i] : "", quoted_format), i));
    }
    line("  set ytics ({})", fmt::join(ticks, ", "));
  }

  std::string rows(std::size_t count) {
    const std::string range = fmt::format("::{}::{}", next_row_, next_row_ + count - 1);
    next_row_ += count;
    return range;
  }

  void add_plots(std::vector<std::string>& plots, const Panel& panel, const Series& series) {
    if (series.x.empty()) return;
    const std::size_t first = next_row_;
    const std::string main = rows(series.x.size());
    std::vector<std::string> thin;
    for (std::size_t run = 0; run < series.runs.size(); ++run) {
      thin.push_back(fmt::format("data every {} using 4:5 with lines lc rgb '{}' lw 0.6 dt 1", rows(series.x.size()),
                                 color(series.style)));
    }
    if (panel.kind == Panel::Kind::kIntervals) {
      plots.push_back(fmt::format("data every {} using {} pt {} ps 0.75 lw 2 lc rgb '{}'", main,
                                  series.low.empty() ? "4:5 with points" : "4:5:6:7 with xerrorbars",
                                  point(series.style), color(series.style)));
      return;
    }
    if (has_step_band(panel, series)) {
      plots.push_back(
          fmt::format("$band{} using 1:2:3 with filledcurves lc rgb '{}'", next_band_++, color(series.style)));
    } else if (!series.low.empty()) {
      plots.push_back(
          fmt::format("data every {} using 4:6:7 with filledcurves lc rgb '{}'", main, color(series.style)));
    }
    plots.insert(plots.end(), thin.begin(), thin.end());
    plots.push_back(fmt::format("data every {} using 4:5 with {} lc rgb '{}' lw 2 dt {}", main,
                                panel.kind == Panel::Kind::kSteps ? "steps" : "lines", color(series.style),
                                dash(series.style)));
    add_points(plots, panel, series, first);
  }

  // About six points on each line, shifted from line to line so that they do not cover each other. Over time a fast
  // algorithm's points would be a smear at the left end: there are none.
  static void add_points(std::vector<std::string>& plots, const Panel& panel, const Series& series, std::size_t first) {
    const std::size_t count = series.x.size();
    const std::size_t stride = std::max<std::size_t>(1, count / 6);
    const auto position = static_cast<std::size_t>(&series - panel.series.data());
    std::size_t from = std::min(position * stride / std::max<std::size_t>(panel.series.size(), 1), count - 1);
    if (panel.x_axis != Axis::kSteps) {
      const double visible = 0.02 * panel.x_high.value_or(0);
      while (from < count && series.x[from] < visible) from += stride;
    }
    if (from >= count) return;
    plots.push_back(fmt::format("data every {}::{}::{} using 4:5 with points pt {} ps 0.55 lc rgb '{}'", stride,
                                first + from, first + count - 1, point(series.style), color(series.style)));
  }

  const Figure& figure_;
  LegendLayout legend_;
  std::vector<std::string> titles_;
  double height_ = 0;  // mm
  std::string out_;
  std::size_t next_row_ = 0;  // of the CSV, header not counted
  std::size_t next_band_ = 0;
  bool first_column_ = true;
};

}  // namespace

std::string figure_script(const Figure& figure) { return Script(figure).text(); }

}  // namespace tutti::reports
