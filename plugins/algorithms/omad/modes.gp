# The actions that each policy draws at the end of suites/evidence/modes.toml. From the root of the tree:
#   gnuplot plugins/algorithms/omad/modes.gp
folder = "results/modes/bandit/separable/"
set terminal pngcairo size 1080,360 font "sans,11" background "white"
set output "modes.png"
set datafile separator ","
set multiplot layout 1,3
set xrange [-1:1]
set yrange [-1:1]
set xlabel "action of the first agent"
set ylabel "action of the second agent"
set size square
set key off
do for [algorithm in "omad hasac hasac-cool"] {
  set title algorithm
  plot folder.algorithm."/seed-1/evaluations.csv" every ::1 using \
         (column("step") == 6000 ? column("term_first_action") : NaN):(column("term_second_action")) \
         with points pointtype 7 pointsize 0.3 linecolor "#1f77b4", \
       "+" using (0.6):(0.3) every ::0::0 with points pointtype 2 pointsize 1.5 linewidth 2 linecolor "#d62728", \
       "+" using (-0.6):(0.3) every ::0::0 with points pointtype 2 pointsize 1.5 linewidth 2 linecolor "#d62728"
}
unset multiplot
