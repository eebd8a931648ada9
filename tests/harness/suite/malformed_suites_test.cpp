// Suites that are wrong, each with the sentences it has to get: file, line, column, key, what was expected.
#include <gtest/gtest.h>

#include "suite/document.hpp"
#include "suite/fake_catalogue.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

// A sound suite in parts that a case can replace. Line numbers count from the line after the opening quote.
struct Parts {
  std::string top = "seeds = [1, 2]";                           // line 1
  std::string run = "[run]\nenvironment_steps = 1000";          // lines 2, 3
  std::string evaluation = "[evaluation]\ninterval = 100";      // lines 4, 5
  std::string task = "[[task]]\nname = \"grid/small\"";         // lines 6, 7
  std::string algorithm = "[[algorithm]]\nname = \"climber\"";  // lines 8, 9
  std::string rest = "";                                        // line 10 and on

  std::string text() const {
    return top + "\n" + run + "\n" + evaluation + "\n" + task + "\n" + algorithm + "\n" + rest + "\n";
  }
};

struct Case {
  const char* name;
  Parts parts;
  std::string expected;
};

void PrintTo(const Case& malformed, std::ostream* out) { *out << malformed.name; }

const std::vector<Case> kCases = {
    {"NotToml",
     {.top = "seeds = [1, 2"},
     "suite.toml:2:1: not valid TOML: Error while parsing array: expected comma or closing ']', saw '['"},
    {"KeyTwice",
     {.top = "seeds = [1]\nseeds = [2]"},
     "suite.toml:2:9: not valid TOML: Error while parsing key-value pair: cannot redefine existing array 'seeds'"},
    {"TwoOnALine",
     {.top = "seeds = [1]; x = 2"},
     "suite.toml:1:12: not valid TOML: Error while parsing key-value pair: expected a comment or whitespace, saw ';'"},
    {"UnknownKey", {.top = "seeds = [1]\nsedes = [2]"}, "suite.toml:2:1: sedes: unknown key; did you mean \"seeds\"?"},
    {"UnknownTable",
     {.rest = "[evalution]\ninterval = 3"},
     "suite.toml:10:1: evalution: unknown key; did you mean \"evaluation\"?"},
    {"UnknownListOfTables",
     {.rest = "[[tsk]]\nname = \"x\""},
     "suite.toml:10:1: tsk: unknown key; did you mean \"task\"?"},
    {"NoSeeds", {.top = ""}, "suite.toml:1:1: seeds: missing; expected list of integers, at least 0"},
    {"SeedsOfWrongType", {.top = "seeds = 3"}, "suite.toml:1:9: seeds: expected list of integers, at least 0 (is 3)"},
    {"SeedsAsTable",
     {.top = "seeds = {a = 1}"},
     "suite.toml:1:9: seeds: expected list of integers, at least 0, not a table"},
    {"TasksThatAreNotAllTables",
     {.top = "seeds = [1]\ntask = [{name = \"grid/small\"}, 3]", .task = ""},
     "suite.toml:2:8: task: expected tables, each [[task]]"},
    {"EmptySeeds", {.top = "seeds = []"}, "suite.toml:1:9: seeds: empty; expected at least one seed"},
    {"NegativeSeed",
     {.top = "seeds = [1, -2]"},
     "suite.toml:1:9: seeds: expected list of integers, at least 0 (is [1, -2])"},
    {"DuplicateSeeds", {.top = "seeds = [1, 2, 1]"}, "suite.toml:1:9: seeds: a seed is listed twice"},
    {"SeedsAsText",
     {.top = "seeds = [\"one\"]"},
     "suite.toml:1:9: seeds: expected list of integers, at least 0 (is [\"one\"])"},
    {"UnsafeSuiteName",
     {.top = "seeds = [1]\nname = \"../up\""},
     "suite.toml:2:8: name: \"../up\" cannot name a folder of results; expected letters, digits, \"_\", \"-\", \"+\" "
     "and \".\", not "
     "starting with \".\" or \"-\""},
    {"SuiteNameTooLong",
     {.top = "seeds = [1]\nname = \"" + std::string(101, 'n') + "\""},
     "suite.toml:2:8: name: \"" + std::string(101, 'n') +
         "\" is too long to name a folder of results; expected at most 100 characters"},
    {"NoRunSection",
     {.run = ""},
     "suite.toml:1:1: run.environment_steps: missing; expected integer in [1, 1_000_000_000_000_000]"},
    {"NoSteps",
     {.run = "[run]\ncopies = 2"},
     "suite.toml:2:1: run.environment_steps: missing; expected integer in [1, 1_000_000_000_000_000]"},
    {"StepsAsReal",
     {.run = "[run]\nenvironment_steps = 1e3"},
     "suite.toml:3:21: run.environment_steps: expected integer in [1, 1_000_000_000_000_000] (is 1000.0)"},
    {"ZeroSteps",
     {.run = "[run]\nenvironment_steps = 0"},
     "suite.toml:3:21: run.environment_steps: expected integer in [1, 1_000_000_000_000_000] (is 0)"},
    {"MoreStepsThanCanBeSummed",
     {.run = "[run]\nenvironment_steps = 9223372036854775807"},
     "suite.toml:3:21: run.environment_steps: expected integer in [1, 1_000_000_000_000_000] (is 9223372036854775807)"},
    {"UnknownRunKey",
     {.run = "[run]\nenvironment_steps = 10000\nevaluation_interval = 10"},
     "suite.toml:4:1: run.evaluation_interval: unknown key; known: environment_steps, copies, training_interval, "
     "checkpoint_interval, stall_timeout, device"},
    {"TooManyCopies",
     {.run = "[run]\nenvironment_steps = 1000\ncopies = 0"},
     "suite.toml:4:10: run.copies: expected integer in [1, 65536] (is 0)"},
    {"RunIsNoTable",
     {.top = "seeds = [1]\nrun = 3", .run = ""},
     "suite.toml:1:1: run.environment_steps: missing; expected integer in [1, 1_000_000_000_000_000]\nsuite.toml:2:7: "
     "run: expected one table, [run]"},
    {"NoInterval",
     {.evaluation = "[evaluation]\nepisodes = 3"},
     "suite.toml:4:1: evaluation.interval: missing; expected integer in [1, 1_000_000_000_000_000]"},
    {"IntervalBeyondTheBudget",
     {.evaluation = "[evaluation]\ninterval = 2000"},
     "suite.toml:5:12: evaluation.interval: 2000 is more than run.environment_steps (1000); no run would be evaluated "
     "after training"},
    {"OwnIntervalBeyondTheBudget",
     {.task = "[[task]]\nname = \"grid/small\"\nevaluation_interval = 2000"},
     "suite.toml:8:23: task[1].evaluation_interval: 2000 is more than run.environment_steps (1000); no run would be "
     "evaluated after training"},
    {"IntervalBeyondATasksBudget",
     {.task = "[[task]]\nname = \"grid/small\"\nenvironment_steps = 50"},
     "suite.toml:5:12: evaluation.interval: 100 is more than task[1].environment_steps (50); no run would be evaluated "
     "after training; give this task an evaluation_interval"},
    {"OwnIntervalBeyondOwnBudget",
     {.task = "[[task]]\nname = \"grid/small\"\nenvironment_steps = 50\nevaluation_interval = 60"},
     "suite.toml:9:23: task[1].evaluation_interval: 60 is more than task[1].environment_steps (50); no run would be "
     "evaluated after training"},
    {"OwnBudgetOutOfRange",
     {.task = "[[task]]\nname = \"grid/small\"\nenvironment_steps = 0\nevaluation_episodes = \"ten\""},
     "suite.toml:8:21: task[1].environment_steps: expected integer in [1, 1_000_000_000_000_000] (is 0)\n"
     "suite.toml:9:23: task[1].evaluation_episodes: expected integer in [1, 1_000_000] (is \"ten\")"},
    {"OwnBudgetMisspelt",
     {.task = "[[task]]\nname = \"grid/small\"\nevaluation_intervall = 10"},
     "suite.toml:8:1: task[1].evaluation_intervall: unknown key; did you mean \"evaluation_interval\"?"},
    {"DeviceThatIsNone",
     {.run = "[run]\nenvironment_steps = 1000\ndevice = \"gpu\""},
     "suite.toml:4:10: run.device: expected \"cpu\", \"cuda\", \"cuda:N\" with a number such as cuda:0, or \"auto\" "
     "(is \"gpu\")"},
    {"NoSuchGpu",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\ndevice = \"cuda:2\""},
     "suite.toml:10:10: algorithm[1].device: algorithm \"climber\" cannot compute on \"cuda:2\": there is no device 2 "
     "of 2; expected one of cuda:0 (Fast), cuda:1 (Slow)"},
    {"GpuOfAnAlgorithmWithoutOne",
     {.run = "[run]\nenvironment_steps = 1000\ndevice = \"cuda\"", .algorithm = "[[algorithm]]\nname = \"idler\""},
     "suite.toml:4:10: run.device: algorithm \"idler\" cannot compute on \"cuda\": it computes on the CPU alone; "
     "expected \"cpu\", or \"auto\" for whatever there is"},
    {"UnknownMode",
     {.evaluation = "[evaluation]\ninterval = 100\nmode = \"greedy\""},
     "suite.toml:6:8: evaluation.mode: expected one of deterministic, sampled (is \"greedy\")"},
    {"AbsoluteAsNumber",
     {.evaluation = "[evaluation]\ninterval = 100\nabsolute = 1"},
     "suite.toml:6:12: evaluation.absolute: expected true or false (is 1)"},
    {"NoTask", {.task = ""}, "suite.toml:1:1: task: missing; a suite needs at least one [[task]]"},
    {"TaskIsOneTable",
     {.task = "[task]\nname = \"grid/small\""},
     "suite.toml:6:1: task: expected tables, each [[task]]"},
    {"TaskWithoutName",
     {.task = "[[task]]\nwidth = 3"},
     "suite.toml:6:1: task[1].name: expected either the name of a task, or environment and label"},
    {"TaskWithNameAndEnvironment",
     {.task = "[[task]]\nname = \"grid/small\"\nenvironment = \"grid\""},
     "suite.toml:7:8: task[1].name: expected either the name of a task, or environment and label"},
    {"UnknownTask",
     {.task = "[[task]]\nname = \"grid/smal\""},
     "suite.toml:7:8: task[1].name: unknown task \"grid/smal\"; did you mean \"grid/small\"?"},
    {"UnknownEnvironment",
     {.task = "[[task]]\nenvironment = \"gird\"\nlabel = \"x\""},
     "suite.toml:7:15: task[1].environment: unknown environment \"gird\"; did you mean \"grid\"?"},
    {"TaskGivenAsEnvironment",
     {.task = "[[task]]\nenvironment = \"grid/small\"\nlabel = \"x\""},
     "suite.toml:7:15: task[1].environment: unknown environment \"grid/small\"; known: grid"},
    {"EnvironmentWithoutLabel",
     {.task = "[[task]]\nenvironment = \"grid\""},
     "suite.toml:6:1: task[1].label: missing; a task given by its environment needs a label"},
    {"NamedTaskThatIsAnother",
     {.task = "[[task]]\nname = \"grid/small\"\nwidth = 3"},
     "suite.toml:8:9: task[1].width: is what makes it grid/small; a task with another value needs a label of its own"},
    {"NamedTaskOutOfRange",
     {.task = "[[task]]\nname = \"grid/endless\""},
     "suite.toml:6:1: task[1].width: is 300 by task endless; expected integer in [1, 100]"},
    {"LabelThatIsANamedTask",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"grid/large\""},
     "suite.toml:8:9: task[1].label: \"grid/large\" is the name of a task; expected a name of its own"},
    {"UnknownTaskParameter",
     {.task = "[[task]]\nname = \"grid/small\"\nwitdh = 3"},
     "suite.toml:8:1: task[1].witdh: unknown key; did you mean \"width\"?"},
    {"TaskParameterOutOfRange",
     {.task = "[[task]]\nname = \"grid/small\"\nslip = 1.5"},
     "suite.toml:8:8: task[1].slip: expected number in [0, 1] (is 1.5)"},
    {"TaskParameterNotANumber",
     {.task = "[[task]]\nname = \"grid/small\"\nslip = nan"},
     "suite.toml:8:8: task[1].slip: expected number in [0, 1] (is nan)"},
    {"TaskParameterIsADate",
     {.task = "[[task]]\nname = \"grid/small\"\nslip = 2020-01-01"},
     "suite.toml:8:8: task[1].slip: expected number in [0, 1] (is 2020-01-01)"},
    {"TaskParameterIsATable",
     {.task = "[[task]]\nname = \"grid/small\"\nslip = {a = 1}"},
     "suite.toml:8:8: task[1].slip: expected number in [0, 1], not a table"},
    {"TaskThatCannotBeMade",
     {.task = "[[task]]\nenvironment = \"grid\"\nlabel = \"x\"\nwidth = 13"},
     "suite.toml:6:1: task[1]: 13 is an unlucky width"},
    {"DuplicateTasks",
     {.task = "[[task]]\nname = \"grid/small\"\n[[task]]\nname = \"grid/small\""},
     "suite.toml:9:8: task[2].label: \"grid/small\" is used twice; give one of them another label"},
    {"TasksInOneFolder",
     {.task = "[[task]]\nname = \"grid/small\"\n[[task]]\nname = \"grid/large\"\nlabel = \"grid\""},
     "suite.toml:10:9: task[2].label: \"grid\" and \"grid/small\" would share a folder; give one of them another "
     "label"},
    {"UnsafeTaskLabel",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"a/b/c\""},
     "suite.toml:8:9: task[1].label: \"a/b/c\" cannot name a folder of results; expected letters, digits, \"_\", "
     "\"-\", \"+\" and \".\", "
     "with at most one \"/\" between them, not starting with \".\" or \"-\""},
    {"EmptyTaskLabel",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"\""},
     "suite.toml:8:9: task[1].label: \"\" cannot name a folder of results; expected letters, digits, \"_\", "
     "\"-\", \"+\" and \".\", "
     "with at most one \"/\" between them, not starting with \".\" or \"-\""},
    {"EmptyLabelOfAnEnvironment",
     {.task = "[[task]]\nenvironment = \"grid\"\nlabel = \"\""},
     "suite.toml:8:9: task[1].label: \"\" cannot name a folder of results; expected letters, digits, \"_\", "
     "\"-\", \"+\" and \".\", "
     "with at most one \"/\" between them, not starting with \".\" or \"-\""},
    {"TaskLabelUnderWhichThePlanIsWritten",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"plan.json.new\""},
     "suite.toml:8:9: task[1].label: \"plan.json.new\" is where the suite keeps other things; choose another label"},
    {"TaskLabelUnderWhichTheSuiteIsWritten",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"suite.toml.new/a\""},
     "suite.toml:8:9: task[1].label: \"suite.toml.new/a\" is where the suite keeps other things; choose another label"},
    {"TaskLabelThatIsTaken",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"report\""},
     "suite.toml:8:9: task[1].label: \"report\" is where the suite keeps other things; choose another label"},
    {"TaskLabelThatSlurmTakes",
     {.task = "[[task]]\nname = \"grid/small\"\nlabel = \"slurm\""},
     "suite.toml:8:9: task[1].label: \"slurm\" is where the suite keeps other things; choose another label"},
    {"NoAlgorithm", {.algorithm = ""}, "suite.toml:1:1: algorithm: missing; a suite needs at least one [[algorithm]]"},
    {"AlgorithmWithoutName",
     {.algorithm = "[[algorithm]]\nstep = 1"},
     "suite.toml:8:1: algorithm[1].name: missing; expected the name of an algorithm"},
    {"UnknownAlgorithm",
     {.algorithm = "[[algorithm]]\nname = \"climbr\""},
     "suite.toml:9:8: algorithm[1].name: unknown algorithm \"climbr\"; did you mean \"climber\"?"},
    {"UnknownAlgorithmListsTheKnown",
     {.algorithm = "[[algorithm]]\nname = \"gradient\""},
     "suite.toml:9:8: algorithm[1].name: unknown algorithm \"gradient\"; known: climber, idler"},
    {"UnknownAlgorithmParameter",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nbatch_sise = 3"},
     "suite.toml:10:1: algorithm[1].batch_sise: unknown key; did you mean \"batch_size\"?"},
    {"AlgorithmParameterOfWrongType",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nlayers = [8, \"8\"]"},
     "suite.toml:10:10: algorithm[1].layers: expected list of integers, at least 1 (is [8, \"8\"])"},
    {"AlgorithmParameterAtOpenBound",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nstep = 0"},
     "suite.toml:10:8: algorithm[1].step: expected number, more than 0 (is 0)"},
    {"DuplicateAlgorithms",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\n[[algorithm]]\nname = \"idler\"\nlabel = \"climber\""},
     "suite.toml:12:9: algorithm[2].label: \"climber\" is used twice; give one of them another label"},
    {"AlgorithmLabelWithSlash",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nlabel = \"a/b\""},
     "suite.toml:10:9: algorithm[1].label: \"a/b\" cannot name a folder of results; expected letters, digits, \"_\", "
     "\"-\", \"+\" and "
     "\".\", not starting with \".\" or \"-\""},
    {"AlgorithmLabelThatSetTakes",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nlabel = \"run\""},
     "suite.toml:10:9: algorithm[1].label: \"run\" is what --set calls the suite's own settings; choose another label"},
    {"ContradictingParameters",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nbuffer_size = 8"},
     "suite.toml:8:1: algorithm[1]: batch_size is more than buffer_size"},
    {"UnknownPreset",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\npreset = \"tunde\""},
     "suite.toml:10:10: algorithm[1].preset: unknown preset \"tunde\"; did you mean \"tuned\"?"},
    {"EmptyPreset",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\npreset = \"\""},
     "suite.toml:10:10: algorithm[1].preset: unknown preset \"\"; known: tuned, default, elsewhere"},
    {"PresetForOtherTasks",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\npreset = \"elsewhere\""},
     "suite.toml:10:10: algorithm[1].preset: preset \"elsewhere\" has values for no task of this suite"},
    {"PresetOfAnOverrideForOtherTasks",
     {.algorithm = "[[algorithm]]\nname = \"climber\"",
      .rest = "[[override]]\ntask = \"grid/small\"\nalgorithm = \"climber\"\npreset = \"elsewhere\""},
     "suite.toml:13:10: override[1].preset: preset \"elsewhere\" has values for no task of this override"},
    {"ProposedAsText",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nproposed = \"yes\""},
     "suite.toml:10:12: algorithm[1].proposed: expected true or false (is \"yes\")"},
    {"OverrideOfUnknownAlgorithm",
     {.rest = "[[override]]\ntask = \"grid/small\"\nalgorithm = \"climbe\"\nstep = 1"},
     "suite.toml:12:13: override[1].algorithm: \"climbe\" matches no algorithm of this suite; did you mean "
     "\"climber\"?"},
    {"OverrideOfUnknownTask",
     {.rest = "[[override]]\ntask = \"grid/large\"\nalgorithm = \"climber\"\nstep = 1"},
     "suite.toml:11:8: override[1].task: \"grid/large\" matches no task of this suite; known: grid/small"},
    {"OverrideOfNothing",
     {.rest = "[[override]]\nstep = 1"},
     "suite.toml:10:1: override[1].algorithm: missing; expected the label of one of the suite's algorithms\n"
     "suite.toml:10:1: override[1].task: missing; expected the label of one of the suite's tasks"},
    {"OverrideWithUnknownKey",
     {.rest = "[[override]]\ntask = \"grid/*\"\nalgorithm = \"climber\"\nsteps = 1"},
     "suite.toml:13:1: override[1].steps: unknown key of climber; did you mean \"step\"?"},
    {"OverrideOfAllAlgorithmsWithAKeyOfOne",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\n[[algorithm]]\nname = \"climber\"\nlabel = \"second\"",
      .rest = "[[override]]\ntask = \"*\"\nalgorithm = \"*\"\nsteps = 1"},
     "suite.toml:16:1: override[1].steps: unknown key of climber; did you mean \"step\"?\n"
     "suite.toml:16:1: override[1].steps: unknown key of second; did you mean \"step\"?"},
    {"OverrideThatSetsNothing",
     {.rest = "[[override]]\ntask = \"grid/small\"\nalgorithm = \"climber\""},
     "suite.toml:10:1: override[1]: sets nothing; expected a parameter beside task and algorithm"},
    {"UnknownReportOption",
     {.rest = "[report]\nscor = \"final\""},
     "suite.toml:11:1: report.scor: unknown key; did you mean \"score\"?"},
    {"ReportOptionOutOfRange",
     {.rest = "[report]\nscore = \"median\""},
     "suite.toml:11:9: report.score: expected one of final, best (is \"median\")"},
    {"ReportOptionThatNoReportCouldFollow",
     {.rest = "[report]\nscore = \"best\""},
     "suite.toml:11:9: report.score: needs bounds"},
    {"BoundsOfUnknownTask",
     {.rest = "[report.bounds.\"grid/smal\"]\nlo = 0\nhi = 1"},
     "suite.toml:10:1: report.bounds.grid/smal: unknown task \"grid/smal\"; did you mean \"grid/small\"?"},
    {"BoundsTheWrongWayRound",
     {.rest = "[report.bounds.\"grid/small\"]\nlo = 1\nhi = 0"},
     "suite.toml:10:1: report.bounds.grid/small: expected numbers lo and hi, lo less than hi"},
    {"BoundsAsAList",
     {.rest = "[[report.bounds.\"grid/small\"]]\nlo = 0\nhi = 1"},
     "suite.toml:10:1: report.bounds.grid/small: expected one table with lo and hi"},
    {"ThresholdOfUnknownTaskAsATable",
     {.rest = "[report.thresholds.nonsense]\nvalue = -50"},
     "suite.toml:10:1: report.thresholds.nonsense: unknown task \"nonsense\"; known: grid/small"},
    {"ThresholdOfUnknownTaskAsAList",
     {.rest = "[[report.thresholds.nonsense]]\nvalue = -50"},
     "suite.toml:10:1: report.thresholds.nonsense: unknown task \"nonsense\"; known: grid/small"},
    {"ThresholdAsATable",
     {.rest = "[report.thresholds.\"grid/small\"]\nvalue = -50"},
     "suite.toml:10:1: report.thresholds.grid/small: expected number, not a table"},
    {"ThresholdAsAList",
     {.rest = "[[report.thresholds.\"grid/small\"]]\nvalue = -50"},
     "suite.toml:10:1: report.thresholds.grid/small: expected number, not a table"},
    {"ThresholdAsText",
     {.rest = "[report.thresholds]\n\"grid/small\" = \"high\""},
     "suite.toml:11:16: report.thresholds.grid/small: expected number (is \"high\")"},
    {"SlurmThatWouldEscapeIntoTheScript",
     {.rest = "[slurm]\nextra = \"--qos=low; reboot\""},
     "suite.toml:11:9: slurm.extra: expected plain options of sbatch (is \"--qos=low; reboot\")"},
    {"SlurmTimeLimit",
     {.rest = "[slurm]\ntime_limit = \"two hours\""},
     "suite.toml:11:14: slurm.time_limit: expected HH:MM:SS or D-HH:MM:SS (is \"two hours\")"},
    {"SlurmTimeThatIsMinutes",
     {.rest = "[slurm]\ntime_limit = \"24:00\""},
     "suite.toml:11:14: slurm.time_limit: expected HH:MM:SS or D-HH:MM:SS; this is minutes:seconds for Slurm; write "
     "24:00:00 (is \"24:00\")"},
    {"SlurmTimeThatIsANumber",
     {.rest = "[slurm]\ntime_limit = \"60\""},
     "suite.toml:11:14: slurm.time_limit: expected HH:MM:SS or D-HH:MM:SS; a number alone is minutes for Slurm: write "
     "60:00:00 for hours (is \"60\")"},
    {"SlurmMemoryWithoutUnit",
     {.rest = "[slurm]\nmemory = \"4\""},
     "suite.toml:11:10: slurm.memory: expected a size such as 4G; a number alone is megabytes for Slurm: write 4G or "
     "4M (is \"4\")"},
    {"SlurmMemoryOfUnknownUnit",
     {.rest = "[slurm]\nmemory = \"4Q\""},
     "suite.toml:11:10: slurm.memory: expected a size such as 4G (is \"4Q\")"},
    {"ControlCharacterInText",
     {.algorithm = "[[algorithm]]\nname = \"climber\"\nlabel = \"a\\u0007b\""},
     "suite.toml:10:9: algorithm[1].label: expected text (is text with control characters)"},
    {"ControlCharacterInTheLabelOfAnEnvironment",
     {.task = "[[task]]\nenvironment = \"grid\"\nlabel = \"a\\u0007b\""},
     "suite.toml:8:9: task[1].label: expected text (is text with control characters)"},
    {"ControlCharacterInKey",
     {.top = "seeds = [1]\n\"\\u001b[31mred\" = 1"},
     "suite.toml:2:1: \\u001b[31mred: unknown key; known: name, seeds, run, evaluation, slurm, report, task, "
     "algorithm, "
     "override"},
    {"EveryProblemIsToldInOrder",
     {.top = "seeds = [1, 1]",
      .run = "[run]\nenvironment_steps = -1",
      .task = "[[task]]\nname = \"grid/none\"",
      .algorithm = "[[algorithm]]\nname = \"climber\"\nstep = \"big\"",
      .rest = "[slurm]\nmemory = \"lots\""},
     "suite.toml:1:9: seeds: a seed is listed twice\n"
     "suite.toml:3:21: run.environment_steps: expected integer in [1, 1_000_000_000_000_000] (is -1)\n"
     "suite.toml:7:8: task[1].name: unknown task \"grid/none\"; known: grid/small, grid/large, grid/endless\n"
     "suite.toml:10:8: algorithm[1].step: expected number, more than 0 (is \"big\")\n"
     "suite.toml:12:10: slurm.memory: expected a size such as 4G (is \"lots\")"},
};

class MalformedSuite : public testing::TestWithParam<Case> {};

TEST_P(MalformedSuite, GetsItsSentences) {
  EXPECT_EQ(SuiteFile(GetParam().parts.text()).problems(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Every, MalformedSuite, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& entry) { return std::string(entry.param.name); });

TEST(SoundSuite, IsAccepted) { EXPECT_EQ(SuiteFile(Parts{}.text()).problems(), "accepted"); }

std::string problems_of_settings(const std::string& setting) {
  return SuiteFile(Parts{}.text()).problems({.seeds = {}, .environment_steps = {}, .settings = {setting}});
}

TEST(CommandLine, MistakesAreSentences) {
  EXPECT_EQ(problems_of_settings("run"),
            "command line: --set run: expected run.KEY=VALUE, evaluation.KEY=VALUE or ALGORITHM.KEY=VALUE");
  EXPECT_EQ(problems_of_settings("run.copys=3"), "command line: run.copys: unknown key; did you mean \"copies\"?");
  EXPECT_EQ(problems_of_settings("run.copies=many"),
            "command line: run.copies: expected integer in [1, 65536] (is \"many\")");
  EXPECT_EQ(problems_of_settings("climbre.step=1"), "command line: climbre: unknown; did you mean \"climber\"?");
  EXPECT_EQ(problems_of_settings("climber.step=-1"),
            "command line: climber.step: expected number, more than 0 (is -1)");
  EXPECT_EQ(problems_of_settings("climber.layers=[\"8\"]"),
            "command line: climber.layers: expected list of integers, at least 1 (is [\"8\"])");
}

TEST(CommandLine, NothingIsGivenTwice) {
  const SuiteFile file(Parts{}.text());
  EXPECT_EQ(file.problems({.seeds = {}, .environment_steps = {}, .settings = {"climber.copies=3", "climber.copies=5"}}),
            "command line: climber.copies is given twice; give it once");
  EXPECT_EQ(file.problems({.seeds = {}, .environment_steps = 200, .settings = {"run.environment_steps=100"}}),
            "command line: run.environment_steps is given twice; give it once");
}

TEST(CommandLine, SeedsMustDiffer) {
  const SuiteFile file(Parts{}.text());
  EXPECT_EQ(file.problems({.seeds = IntegerList{1, 1}, .environment_steps = {}, .settings = {}}),
            "command line: --seeds: a seed is listed twice");
}

std::string refusal_of(const std::string& text) {
  try {
    (void)parse_document(text, "suite.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(Nesting, ThatWouldOverflowTheStackIsRefusedInWords) {
  const auto repeated = [](const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
  };
  const std::string parts = "a key of more than 64 parts; no suite needs them";
  const std::string brackets = "brackets nested more than 64 deep; no suite needs them";
  for (const int count : {65, 20'000, 1'000'000}) {
    EXPECT_EQ(refusal_of("x = 1\n" + repeated("a.", count) + "a = 1"), "suite.toml:2:128: " + parts);
    EXPECT_NE(refusal_of("[" + repeated("\"a\" . ", count) + "a]").find(parts), std::string::npos);
    EXPECT_EQ(refusal_of("x = " + repeated("[", count)), "suite.toml:1:69: " + brackets);
    EXPECT_NE(refusal_of("x = " + repeated("{a = ", count)).find(brackets), std::string::npos);
  }
  const std::string strings = "x = \"" + repeated(".[", 1000) + "\" # " + repeated(".[", 1000);
  EXPECT_EQ(refusal_of(strings + "\ny = '''" + repeated("[\n", 100) + "'''"), "taken");
}

TEST(SlurmSettings, TimesAndSizesThatSlurmReadsOtherwiseAreRefused) {
  const auto problems = [](const std::string& time, const std::string& memory) {
    return SlurmSettings{.partition = "", .time_limit = time, .memory = memory, .throttle = 0, .extra = ""}
        .problems()
        .size();
  };
  for (const char* time :
       {"24:00",      "60",        ":",           "-",        "--",         "99:99:99",   "1:60:00",
        "1-24:00:00", "1-2:00:00", "1-00:00",     "1-00",     "00:00:00",   "0-00:00:00", "00:04:59",
        "0-00:00:01", "1:2:3",     "01:00:00:00", "-1:00:00", "1--1:00:00", "infinite",   " 1:00:00"}) {
    EXPECT_EQ(problems(time, ""), 1U) << time;
  }
  for (const char* time : {"", "24:00:00", "1:00:00", "100:30:59", "1-00:00:00", "30-23:59:59", "0-00:05:00"}) {
    EXPECT_EQ(problems(time, ""), 0U) << time;
  }
  for (const char* memory : {"4", "4Q", "0", "0G", "4.5G", "-4G", "G", "4GG", "4GiB", "4 G", "9999999999G"}) {
    EXPECT_EQ(problems("", memory), 1U) << memory;
  }
  for (const char* memory : {"", "4G", "4GB", "512M", "1t", "100000K"}) EXPECT_EQ(problems("", memory), 0U) << memory;
}

TEST(SlurmSettings, ExtraIsForOptionsWithoutAPlaceOfTheirOwn) {
  const auto problem = [](const std::string& extra) {
    const auto problems = SlurmSettings{.partition = "", .time_limit = "", .memory = "", .extra = extra}.problems();
    return problems.empty() ? "" : problems.at("extra");
  };
  EXPECT_EQ(problem("--nice --time=5"), "options of sbatch other than --time, which time_limit is for");
  EXPECT_EQ(problem("--no-requeue"), "options of sbatch other than --no-requeue, which tutti sets itself");
  for (const char* extra : {"--array=0-0",
                            "--arr 0",
                            "-a0",
                            "-t 5",
                            "-t5",
                            "--mem=0",
                            "-J x",
                            "--ntasks=2",
                            "-n 2",
                            "--cpus-per-task=4",
                            "-c4",
                            "--gpus=2",
                            "-G 2",
                            "--gpus-per-node=1",
                            "--gpus-per-task=a100:1",
                            "-p long",
                            "-o/dev/null",
                            "--output /dev/null",
                            "--open-mode=truncate",
                            "--requeue",
                            "--signal=USR1@5",
                            "--wrap=x",
                            "--wait",
                            "-W",
                            "--test-only",
                            "--",
                            "-",
                            "account=lab",
                            "-A lab lab",
                            "-Alab lab"}) {
    EXPECT_NE(problem(extra), "") << extra;
  }
  for (const char* extra :
       {"", "--account=lab", "-A lab", "-Alab --qos high", "--mem-per-cpu=2G", "--time-min=00:10:00", "--hold",
        "--exclusive user", "--gres=gpu:a100:1", "--export=NONE", "--wait-all-nodes=1", "--nice=100 --mail-type=END"}) {
    EXPECT_EQ(problem(extra), "") << extra;
  }
  const SlurmSettings with_gpus{.partition = "", .time_limit = "", .memory = "", .gpus = 1, .extra = "--gres=gpu:2"};
  EXPECT_EQ(with_gpus.problems().at("extra"), "options of sbatch other than --gres, which gpus is for");
}

}  // namespace
}  // namespace tutti::suite
