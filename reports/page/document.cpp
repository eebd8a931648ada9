#include "reports/page/document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "reports/data/protocols.hpp"
#include "reports/text/escaping.hpp"
#include "reports/text/numbers.hpp"
#include "reports/text/row_format.hpp"
#include "results/run_record.hpp"

namespace tutti::reports {
namespace {

std::string plural(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Twelve digits of a digest are enough to distinguish it; report.json has all of them.
std::string with_short_digests(const std::string& text) {
  constexpr std::size_t kDigest = 40, kShown = 12;
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789abcdef", begin), text.size());
    result += text.substr(begin, end - begin >= kDigest ? kShown : end - begin);
    if (end < text.size()) result += text[end];
    begin = end + 1;
  }
  return result;
}

// An algorithm says itself what its policy without exploration is; it may still sample.
std::string policy_text(const std::string& mode) {
  if (mode != "deterministic") return mode;
  return "deterministic, by the algorithm's own definition, which its README gives; a diffusion policy may still draw "
         "samples";
}

// Digits enough to know a bound again, whoever gave it.
std::string bound_text(double bound) { return std::isnan(bound) ? "" : fmt::format("{:.6g}", bound); }

std::int64_t absolute_episodes(const Protocol& protocol) {
  return protocol.absolute ? results::kAbsoluteFactor * protocol.episodes : 0;
}

class Builder {
 public:
  Builder(const Analysis& analysis, const ReportOptions& options, const ReportParts& parts,
          const std::vector<NamedStrip>& strips)
      : analysis_(analysis), options_(options), parts_(parts), strips_(strips) {
    document_.title = analysis.suite.empty() ? "Report" : analysis.suite;
    document_.subtitle =
        fmt::format("{}, {}, {}", plural(analysis.tasks.size(), "task"),
                    plural(analysis.algorithms.size(), "algorithm"), plural(analysis.seeds.size(), "seed"));
    if (const std::string budget = budget_text(analysis); !budget.empty()) document_.subtitle += ", " + budget;
    for (Definition& definition : definitions(analysis, options)) {
      const Term term = definition.term;
      document_.definitions.emplace(term, std::move(definition));
    }
  }

  Document build() {
    headline();
    limits();
    const std::vector<SectionPlace> sections = contents(analysis_);
    for (std::size_t i = 0; i < sections.size(); ++i) section(sections[i], parts_[i]);
    how_computed();
    return std::move(document_);
  }

 private:
  void add(Block block) { document_.blocks.push_back(std::move(block)); }
  void heading(std::string text, std::string id) { add(Heading{2, std::move(text), std::move(id)}); }
  void paragraph(std::string text) { add(Paragraph{std::move(text)}); }

  void section(const SectionPlace& section, const std::vector<Part>& parts) {
    if (section.extra == Extra::kBehaviour && !options_.behaviour) return;
    heading(section.heading, section.id);
    if (section.extra == Extra::kRuns) {
      differences();
      heading3("Failed and missing runs");
    }
    for (std::size_t i = 0; i < section.places.size(); ++i) {
      std::visit([&](const auto& place) { show(place, parts[i]); }, section.places[i]);
    }
    if (section.extra == Extra::kBehaviour) behaviour();
    if (section.extra == Extra::kCaveats) caveats();
    if (section.extra == Extra::kRuns) what_was_run();
  }

  void show(const TablePlace& place, const Part& part) {
    const Table& shown = std::get<ReportTable>(part).shown;
    if (shown.empty()) {
      paragraph(shown.caption);
    } else {
      add(TableBlock{shown, place.terms});
    }
  }

  void show(const FigurePlace& place, const Part& part) {
    const auto& figures = std::get<std::vector<DrawnFigure>>(part);
    if (place.on_page && !figures.front().figure.panels.empty()) add(FigureBlock{figures, place.terms});
  }

  void show(const TaskFiguresPlace& place, const Part& part) {
    const auto& figures = std::get<std::vector<DrawnFigure>>(part);
    if (figures.empty()) {
      paragraph("No run has an evaluation to draw.");
    } else {
      add(FigureBlock{figures, place.terms});
    }
  }

  void caveats() {
    if (analysis_.published && !analysis_.published->caveats.empty()) add(BulletList{analysis_.published->caveats});
  }

  void what_was_run() {
    logs();
    damage();
    fold("Protocol", [&] { protocol(); });
    fold("Tasks", [&] { tasks(); });
    fold("Versions and machine", [&] { versions(); });
  }

  template <class Content>
  void fold(std::string summary, const Content& content) {
    add(FoldStart{std::move(summary)});
    content();
    add(FoldEnd{});
  }

  void heading3(std::string text) { add(Heading{3, std::move(text), ""}); }

  // Who leads, by how much, how surely, on what budget and how many runs.
  void headline() {
    const std::vector<std::size_t> order = by_iqm();
    if (order.size() < 2) return headline_without_aggregates();
    const Aggregate& first = aggregate(order.front());
    std::size_t shared = 1;
    while (shared < order.size() && aggregate(order[shared]).iqm.value == first.iqm.value) ++shared;
    std::string text;
    for (std::size_t i = 0; i < shared; ++i) {
      text += (i == 0 ? "" : i + 1 == shared ? " and " : ", ") + label(order[i]);
    }
    const std::string score =
        fmt::format("interquartile mean {} of the normalised {} score over {}", estimate_text(first.iqm),
                    analysis_.aggregates.score, plural(analysis_.aggregates.tasks.size(), "task"));
    if (shared > 1) {
      paragraph(text + " share the lead: " + score + basis({order.begin(), order.begin() + shared}) + "." +
                not_compared());
      return;
    }
    const Aggregate& second = aggregate(order[1]);
    paragraph(fmt::format("{} leads: {}, {} above {} with {}; {}{}.{}", text, score,
                          fixed(first.iqm.value - second.iqm.value, 3), label(order[1]), estimate_text(second.iqm),
                          certainty(order[0], order[1]), basis({order[0], order[1]}), not_compared()));
  }

  // Without normalised scores: in how many tasks the mean is the best.
  void headline_without_aggregates() {
    const std::vector<std::int64_t>& counts = analysis_.main.best_count;
    if (counts.size() < 2 || analysis_.tasks.empty()) return;
    const auto best = static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin());
    if (counts[best] == 0 || std::ranges::count(counts, counts[best]) > 1) return;
    paragraph(fmt::format("{} has the best mean {} score on {} of {}.", label(best), analysis_.main.score, counts[best],
                          plural(analysis_.tasks.size(), "task")));
  }

  // Algorithms that have an interquartile mean, the highest first.
  std::vector<std::size_t> by_iqm() const {
    std::vector<std::size_t> order;
    if (!analysis_.aggregates.available) return order;
    for (std::size_t a = 0; a < analysis_.aggregates.algorithms.size(); ++a) {
      if (std::isfinite(aggregate(a).iqm.value) && learned(a)) order.push_back(a);
    }
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t a) { return aggregate(a).iqm.value; });
    return order;
  }

  // Nobody leads without having learned.
  bool learned(std::size_t algorithm) const {
    return std::ranges::none_of(analysis_.main.cells,
                                [&](const auto& row) { return row[algorithm].without_update > 0; });
  }

  const Aggregate& aggregate(std::size_t algorithm) const { return analysis_.aggregates.algorithms[algorithm]; }
  const std::string& label(std::size_t algorithm) const { return analysis_.algorithms[algorithm].shown(); }

  static std::string estimate_text(const Estimate& estimate) {
    const std::string interval = interval_text(estimate.interval, 3);
    return fixed(estimate.value, 3) + (interval.empty() ? "" : " " + interval);
  }

  // Who has scores, but no seed with one on every task.
  std::string not_compared() const {
    std::vector<std::string> names;
    for (std::size_t a = 0; a < analysis_.algorithms.size(); ++a) {
      const bool has_runs = std::ranges::any_of(analysis_.main.cells, [&](const auto& row) { return row[a].n > 0; });
      if (has_runs && aggregate(a).n == 0) names.push_back(label(a));
    }
    std::string text;
    if (!names.empty()) {
      text = fmt::format(" Not compared, for want of a seed with a score on every task: {}.", fmt::join(names, ", "));
    }
    std::vector<std::string> untrained;
    for (std::size_t a = 0; a < analysis_.algorithms.size(); ++a) {
      if (!learned(a)) untrained.push_back(label(a));
    }
    if (!untrained.empty())
      text += fmt::format(" Not compared, for want of an update: {}.", fmt::join(untrained, ", "));
    return text;
  }

  std::string certainty(std::size_t leader, std::size_t second) const {
    const auto& all = analysis_.aggregates.improvements;
    const auto found =
        std::ranges::find_if(all, [&](const Improvement& pair) { return pair.x == leader && pair.y == second; });
    if (found == all.end() || !found->probability.interval) return "there are too few runs to say how sure that is";
    const std::string measured = fmt::format(
        "a run of {} beats one of {} with probability {} (permutation test: p {}{})", label(leader), label(second),
        estimate_text(found->probability), found->p_value < kLeastShownP ? "" : "= ", p_value_text(found->p_value));
    if (found->probability.value < 0.5) return "yet " + measured + ", so the two measures disagree about who leads";
    const bool is_sure = found->marked && found->p_value < kSignificance;
    return measured +
           (is_sure ? ", so chance alone does not explain the lead" : ", so with these runs the lead may be chance");
  }

  // `compared` are those that the sentence names, the leader first.
  std::string basis(const std::vector<std::size_t>& compared) const {
    std::vector<std::string> counts;
    for (const std::size_t a : compared) counts.push_back(runs_per_task(aggregate(a)));
    const bool same = std::ranges::count(counts, counts.front()) == std::ssize(counts);
    const std::string budget = budget_text(analysis_);
    return fmt::format(" (N = {} per task{})", same ? counts.front() : fmt::format("{}", fmt::join(counts, " and ")),
                       budget.empty() ? "" : ", " + budget);
  }

  // What limits the answer: all of it when it is short, otherwise the weightiest with the others folded.
  void limits() {
    constexpr std::size_t kShown = 2;
    std::vector<std::string> sentences;
    std::vector<std::string> absent;
    if (!analysis_.failures.empty()) absent.push_back(plural(analysis_.failures.size(), "run") + " failed");
    if (!analysis_.missing.empty()) {
      absent.push_back(plural(analysis_.missing.size(), "planned run") +
                       (analysis_.missing.size() == 1 ? " has" : " have") + " no complete score");
    }
    if (!absent.empty()) sentences.push_back(fmt::format("{}: see “What was run”", fmt::join(absent, " and ")));
    sentences.insert(sentences.end(), analysis_.warnings.begin(), analysis_.warnings.end());
    const auto warn = [&](std::size_t i) { add(Paragraph{with_full_stop(sentences[i]), true}); };
    const std::size_t shown = sentences.size() <= kShown + 1 ? sentences.size() : kShown;
    for (std::size_t i = 0; i < shown; ++i) warn(i);
    if (shown == sentences.size()) return;
    fold(plural(sentences.size() - shown, "more note"), [&] {
      for (std::size_t i = shown; i < sentences.size(); ++i) warn(i);
    });
  }

  void differences() {
    if (analysis_.differences.empty()) return;
    heading3("Differences between the runs");
    for (const Difference& difference : analysis_.differences) {
      std::vector<std::string> items;
      for (const auto& value : difference.values) {
        items.push_back(fmt::format("{}: {} ({}{})", value.value.empty() ? "not recorded" : value.value,
                                    plural(static_cast<std::size_t>(value.runs), "run"),
                                    fmt::join(value.examples, ", "),
                                    static_cast<std::size_t>(value.runs) > value.examples.size() ? ", …" : ""));
      }
      add(Paragraph{difference.property + " is not the same in all runs" +
                        (difference.refused ? "; aggregated only because mixed runs were asked for." : "."),
                    difference.refused});
      add(BulletList{std::move(items)});
    }
  }

  void protocol() {
    const std::vector<Protocol> protocols = run_protocols(analysis_);
    const std::string by = protocols.size() > protocols_of(analysis_).size() ? ", by run" : ", by task";
    const auto fact = [&](auto of, const std::string& text) {
      if (protocols.empty()) return std::string("not recorded");
      const bool one =
          std::ranges::all_of(protocols, [&](const Protocol& p) { return of(p) == of(protocols.front()); });
      return one ? text : text + by;
    };
    const auto number = [&](auto of, const char* unit = "") { return fact(of, each_number(protocols, of) + unit); };
    const bool without_absolute = !protocols.empty() && std::ranges::none_of(protocols, &Protocol::absolute);
    const auto word = [&](auto of) {
      std::set<std::string, std::greater<>> words;  // "sampled" before the long text of "deterministic"
      for (const Protocol& protocol : protocols) words.insert(of(protocol));
      return fact(of, fmt::format("{}", fmt::join(words, " or ")));
    };
    add(FactsBlock{
        {{"environment steps per run (T)", number([](const auto& p) { return p.environment_steps; })},
         {"evaluation interval (I)", number([](const auto& p) { return p.interval; }, " environment steps")},
         {"evaluations (K), untrained policy not counted", number([](const auto& p) { return p.evaluations(); })},
         {"environment steps after the last evaluation", number([](const auto& p) { return p.unevaluated_steps(); })},
         {"episodes per evaluation (E)", number([](const auto& p) { return p.episodes; })},
         {"policy at evaluation", word([](const auto& p) { return policy_text(p.mode); })},
         {"initial states", word([](const auto& p) { return p.seeds; })},
         {"absolute evaluation", without_absolute ? "none" : number(absolute_episodes, " episodes")},
         {"seeds", fmt::format("{}", fmt::join(analysis_.seeds, ", "))},
         {"score of the main table", analysis_.main.score},
         {"score of aggregates, profile and improvement", analysis_.aggregates.score},
         {"scores are normalised by", to_text(analysis_.normalization)},
         {"an environment step", document_.definitions.at(Term::kEnvironmentStep).text},
         {"a return", document_.definitions.at(Term::kReturn).text}},
        {Term::kEnvironmentStep, Term::kReturn, Term::kEvaluation, Term::kAbsolute, Term::kFinal}});
  }

  void tasks() {
    Table table{.title = "Tasks",
                .caption = "lo and hi: the returns that normalise to 0 and 1.",
                .columns = {{.head = "task", .right = false},
                            {.head = "lo"},
                            {.head = "what it is", .right = false},
                            {.head = "hi"},
                            {.head = "what it is", .right = false}}};
    const bool own_budgets = budgets_differ(protocols_of(analysis_));
    if (own_budgets) {
      for (const char* head : {"environment steps", "evaluation interval", "episodes"})
        table.columns.push_back({.head = head});
    }
    Section section;
    FoldedBlock facts{"Sizes, limits and files of the tasks", {}};
    for (const TaskInfo& task : analysis_.tasks) {
      section.rows.push_back({{.value = task.shown()},
                              {.value = bound_text(task.bounds.low)},
                              {.value = task.bounds.low_source},
                              {.value = bound_text(task.bounds.high)},
                              {.value = task.bounds.high_source}});
      if (own_budgets) add_budget(task.protocol, section.rows.back());
      if (!task.facts.empty()) facts.lines.push_back(task.label);
      for (const auto& [name, value] : task.facts) facts.lines.push_back("  " + name + ": " + value);
    }
    table.sections.push_back(std::move(section));
    add(TableBlock{std::move(table), {Term::kNormalised}, false});
    if (!facts.lines.empty()) add(std::move(facts));
  }

  static void add_budget(const Protocol& protocol, std::vector<TableCell>& row) {
    for (const std::int64_t number : {protocol.environment_steps, protocol.interval, protocol.episodes}) {
      row.push_back({.value = protocol.is_known() ? fmt::format("{}", number) : ""});
    }
  }

  void logs() {
    for (const FailedRun& run : analysis_.failures) {
      if (run.failure.log.empty()) continue;
      add(FoldedBlock{fmt::format("last lines of {} {} seed {}", run.task, run.algorithm, run.seed), run.failure.log});
    }
  }

  void damage() {
    if (analysis_.damage.empty()) return;
    heading3("Files left out");
    std::vector<std::string> items;
    for (const Damage& damage : analysis_.damage) items.push_back(damage.file + ": " + damage.what);
    add(BulletList{std::move(items)});
  }

  void versions() {
    std::vector<std::pair<std::string, std::string>> rows{{"report made by", "tutti " + analysis_.version}};
    for (const std::string& digest : analysis_.suite_digests)
      rows.emplace_back("suite file, SHA-256", with_short_digests(digest));
    for (const auto* facts : {&analysis_.code, &analysis_.libraries, &analysis_.machine, &analysis_.numerics}) {
      for (const Fact& fact : *facts) rows.emplace_back(fact.name, with_short_digests(fact.value));
    }
    add(FactsBlock{std::move(rows)});
  }

  void behaviour() {
    const auto has_picture = [](const NamedStrip& strip) { return !strip.strip.png.empty(); };
    if (strips_.empty()) {
      paragraph("There is nothing to show: no run here has an evaluated policy.");
    } else if (std::ranges::none_of(strips_, has_picture)) {
      paragraph("There is nothing to show: no policy could be rolled out and drawn.");
    } else {
      paragraph(
          "One episode of each algorithm's best run, with its best policy as it is evaluated: the finished run with "
          "the highest mean return of the absolute evaluation, or of its best evaluation where there is no absolute "
          "one. All episodes of a task have the same seed, and so start alike. One episode is an impression, not a "
          "measurement.");
    }
    std::size_t task = analysis_.tasks.size();
    for (const NamedStrip& strip : strips_) {
      if (!has_picture(strip)) continue;
      if (std::exchange(task, strip.strip.run.task) != strip.strip.run.task) heading3(analysis_.tasks[task].shown());
      add(StripBlock{strip, title_of(strip.strip), caption_of(strip.strip)});
    }
    other_builds();
    not_shown();
  }

  std::string title_of(const Strip& strip) const {
    return fmt::format("{} on {}", label(strip.run.algorithm), analysis_.tasks[strip.run.task].shown());
  }

  std::string caption_of(const Strip& strip) const {
    const std::string text = fmt::format(
        "{}, seed {}, policy of environment step {}: return {} in {}, {}. From left to right after {} environment "
        "steps.",
        title_of(strip), strip.run.seed, strip.policy_step, fixed(strip.episode_return, 2),
        plural(static_cast<std::size_t>(strip.length), "environment step"), strip.ended, fmt::join(strip.steps, ", "));
    return strip.differences.empty() ? text : text + " It was trained with another build.";
  }

  // Each difference once: they are the same for many strips.
  void other_builds() {
    std::set<std::string> lines;
    for (const auto& [strip, name] : strips_) {
      for (const std::string& difference : strip.differences) lines.insert(with_short_digests(difference));
    }
    if (!lines.empty())
      add(FoldedBlock{"What differs from the builds that trained them", {lines.begin(), lines.end()}});
  }

  // Why some are missing, the same reason once.
  void not_shown() {
    std::map<std::string, std::vector<std::string>> by_reason;
    for (const auto& [strip, name] : strips_) {
      if (!strip.png.empty()) continue;
      // A reason may start with its own run.
      const std::string own = strip.run.name + ": ";
      by_reason[strip.reason.starts_with(own) ? strip.reason.substr(own.size()) : strip.reason].push_back(
          fmt::format("{} (seed {})", title_of(strip), strip.run.seed));
    }
    std::vector<std::string> items;
    for (const auto& [reason, runs] : by_reason) items.push_back(fmt::format("{}: {}", fmt::join(runs, ", "), reason));
    if (items.empty()) return;
    heading3("Not shown");
    add(BulletList{std::move(items)});
  }

  void how_computed() {
    heading("How it was computed", "definitions");
    DefinitionBlock block;
    for (const Definition& definition : definitions(analysis_, options_)) block.definitions.push_back(definition);
    add(std::move(block));
  }

  const Analysis& analysis_;
  const ReportOptions& options_;
  const ReportParts& parts_;
  const std::vector<NamedStrip>& strips_;
  Document document_;
};

}  // namespace

Document report_document(const Analysis& analysis, const ReportOptions& options, const ReportParts& parts,
                         const std::vector<NamedStrip>& strips) {
  return Builder(analysis, options, parts, strips).build();
}

}  // namespace tutti::reports
