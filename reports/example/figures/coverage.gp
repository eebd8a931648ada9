# gnuplot coverage.gp draws coverage.csv as coverage.svg, coverage.pdf and coverage.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'coverage.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 643,216 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 17.00cm,5.72cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 1285,432 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'coverage.'.kind
  set multiplot
  set border 3 lc rgb '#606060'
  set tics nomirror out scale 0.4
  set xtics offset 0,0.35
  set grid lc rgb '#D8D8D8' lw 0.8 dt 1
  unset key
  set style fill transparent solid 0.18 noborder
  set arrow 1 from screen 0.00588,0.95455 to screen 0.05294,0.95455 nohead lc rgb '#0173B2' lw 2 dt 1
  set label 1 'omad' at screen 0.06176,0.95455 left
  set label 2 '' at screen 0.02941,0.95455 point pt 7 ps 0.55 lc rgb '#0173B2'
  set arrow 2 from screen 0.13824,0.95455 to screen 0.18529,0.95455 nohead lc rgb '#DE8F05' lw 2 dt (9,3)
  set label 3 'hasac' at screen 0.19412,0.95455 left
  set label 4 '' at screen 0.16176,0.95455 point pt 5 ps 0.55 lc rgb '#DE8F05'
  set arrow 3 from screen 0.27059,0.95455 to screen 0.31765,0.95455 nohead lc rgb '#029E73' lw 2 dt (2.5,2)
  set label 5 'masac' at screen 0.32647,0.95455 left
  set label 6 '' at screen 0.29412,0.95455 point pt 9 ps 0.55 lc rgb '#029E73'
  set arrow 4 from screen 0.40294,0.95455 to screen 0.45000,0.95455 nohead lc rgb '#D55E00' lw 2 dt (9,3,2,3)
  set label 7 'hatd3' at screen 0.45882,0.95455 left
  set label 8 '' at screen 0.42647,0.95455 point pt 13 ps 0.55 lc rgb '#D55E00'
  set lmargin at screen 0.09412; set rmargin at screen 0.49118
  set tmargin at screen 0.82168; set bmargin at screen 0.17483
  set title 'mamujoco/ant-2x4' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel 'bins visited' offset 0.7,0
  set xrange [0:50000]; set yrange [0:*]
  set xtics ('0' 0, '10k' 10000, '20k' 20000, '30k' 30000, '40k' 40000, '50k' 50000)
  set ytics autofreq
  unset arrow 100
  plot data every ::0::24 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::0::24 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 4::0::24 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::25::49 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::25::49 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 4::26::49 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::50::74 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::50::74 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 4::52::74 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::75::99 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::75::99 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 4::78::99 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset arrow; unset label
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.82168; set bmargin at screen 0.17483
  set title 'mpe/coop-nav-n3' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:100000]; set yrange [0:*]
  set xtics ('0' 0, '20k' 20000, '40k' 40000, '60k' 60000, '80k' 80000, '100k' 100000)
  set ytics autofreq
  unset arrow 100
  plot data every ::100::149 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::100::149 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 8::100::149 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::150::199 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::150::199 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 8::152::199 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::200::249 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::200::249 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 8::204::249 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::250::299 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::250::299 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 8::256::299 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset multiplot
  unset output
}
