# gnuplot wallclock.gp draws wallclock.csv as wallclock.svg, wallclock.pdf and wallclock.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'wallclock.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 643,413 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 17.00cm,10.92cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 1285,825 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'wallclock.'.kind
  set multiplot
  set border 3 lc rgb '#606060'
  set tics nomirror out scale 0.4
  set xtics offset 0,0.35
  set grid lc rgb '#D8D8D8' lw 0.8 dt 1
  unset key
  set style fill transparent solid 0.18 noborder
  set arrow 1 from screen 0.00588,0.97619 to screen 0.05294,0.97619 nohead lc rgb '#0173B2' lw 2 dt 1
  set label 1 'omad' at screen 0.06176,0.97619 left
  set label 2 '' at screen 0.02941,0.97619 point pt 7 ps 0.55 lc rgb '#0173B2'
  set arrow 2 from screen 0.13824,0.97619 to screen 0.18529,0.97619 nohead lc rgb '#DE8F05' lw 2 dt (9,3)
  set label 3 'hasac' at screen 0.19412,0.97619 left
  set label 4 '' at screen 0.16176,0.97619 point pt 5 ps 0.55 lc rgb '#DE8F05'
  set arrow 3 from screen 0.27059,0.97619 to screen 0.31765,0.97619 nohead lc rgb '#029E73' lw 2 dt (2.5,2)
  set label 5 'masac' at screen 0.32647,0.97619 left
  set label 6 '' at screen 0.29412,0.97619 point pt 9 ps 0.55 lc rgb '#029E73'
  set arrow 4 from screen 0.40294,0.97619 to screen 0.45000,0.97619 nohead lc rgb '#D55E00' lw 2 dt (9,3,2,3)
  set label 7 'hatd3' at screen 0.45882,0.97619 left
  set label 8 '' at screen 0.42647,0.97619 point pt 13 ps 0.55 lc rgb '#D55E00'
  set lmargin at screen 0.09412; set rmargin at screen 0.49118
  set tmargin at screen 0.90659; set bmargin at screen 0.56777
  set title 'mamujoco/half-cheetah-2x3' offset 0,-0.7
  set xlabel 'minutes of training' offset 0,0.9
  set ylabel 'return' offset 0.7,0
  set xrange [0:503.57009092299995]; set yrange [*:*]
  set xtics ('0' 0, '2' 120, '4' 240, '6' 360, '8' 480)
  set ytics autofreq
  unset arrow 100
  plot data every ::0::199 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::0::199 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 33::33::199 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::200::399 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::200::399 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 33::241::399 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::400::599 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::400::599 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 33::449::599 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::600::799 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::600::799 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 33::624::799 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset arrow; unset label
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.90659; set bmargin at screen 0.56777
  set title 'mamujoco/ant-2x4' offset 0,-0.7
  set xlabel 'minutes of training' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:577.8540943749999]; set yrange [*:*]
  set xtics ('0' 0, '2' 120, '4' 240, '6' 360, '8' 480)
  set ytics autofreq
  unset arrow 100
  plot data every ::800::999 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::800::999 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 33::833::999 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::1000::1199 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::1000::1199 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 33::1041::1199 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::1200::1399 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::1200::1399 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 33::1249::1399 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::1400::1599 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::1400::1599 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 33::1424::1599 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  set lmargin at screen 0.09412; set rmargin at screen 0.49118
  set tmargin at screen 0.43040; set bmargin at screen 0.09158
  set title 'mamujoco/walker2d-2x3' offset 0,-0.7
  set xlabel 'minutes of training' offset 0,0.9
  set ylabel 'return' offset 0.7,0
  set xrange [0:525.920969043]; set yrange [*:*]
  set xtics ('0' 0, '2' 120, '4' 240, '6' 360, '8' 480)
  set ytics autofreq
  unset arrow 100
  plot data every ::1600::1799 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::1600::1799 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 33::1633::1799 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::1800::1999 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::1800::1999 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 33::1841::1999 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::2000::2199 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::2000::2199 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 33::2049::2199 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::2200::2399 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::2200::2399 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 33::2224::2399 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.43040; set bmargin at screen 0.09158
  set title 'mpe/coop-nav-n3' offset 0,-0.7
  set xlabel 'minutes of training' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:1150.790839517]; set yrange [*:*]
  set xtics ('0' 0, '5' 300, '10' 600, '15' 900)
  set ytics autofreq
  unset arrow 100
  plot data every ::2400::2599 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::2400::2599 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 33::2433::2599 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::2600::2799 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::2600::2799 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 33::2641::2799 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::2800::2999 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::2800::2999 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 33::2849::2999 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::3000::3199 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::3000::3199 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 33::3024::3199 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset multiplot
  unset output
}
