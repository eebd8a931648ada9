# gnuplot efficiency.gp draws efficiency.csv as efficiency.svg, efficiency.pdf and efficiency.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'efficiency.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 643,216 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 17.00cm,5.72cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 1285,432 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'efficiency.'.kind
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
  set arrow 2 from screen 0.14882,0.95455 to screen 0.19588,0.95455 nohead lc rgb '#DE8F05' lw 2 dt (9,3)
  set label 3 'random' at screen 0.20471,0.95455 left
  set label 4 '' at screen 0.17235,0.95455 point pt 5 ps 0.55 lc rgb '#DE8F05'
  set arrow 3 from screen 0.29176,0.95455 to screen 0.33882,0.95455 nohead lc rgb '#029E73' lw 2 dt (2.5,2)
  set label 5 'hatd3' at screen 0.34765,0.95455 left
  set label 6 '' at screen 0.31529,0.95455 point pt 9 ps 0.55 lc rgb '#029E73'
  set arrow 4 from screen 0.43471,0.95455 to screen 0.48176,0.95455 nohead lc rgb '#D55E00' lw 2 dt (9,3,2,3)
  set label 7 'hasac' at screen 0.49059,0.95455 left
  set label 8 '' at screen 0.45824,0.95455 point pt 13 ps 0.55 lc rgb '#D55E00'
  set arrow 5 from screen 0.57765,0.95455 to screen 0.62471,0.95455 nohead lc rgb '#CC78BC' lw 2 dt (5,2)
  set label 9 'masac' at screen 0.63353,0.95455 left
  set label 10 '' at screen 0.60118,0.95455 point pt 11 ps 0.55 lc rgb '#CC78BC'
  set lmargin at screen 0.09412; set rmargin at screen 0.49118
  set tmargin at screen 0.82168; set bmargin at screen 0.17483
  set title 'by environment steps' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel 'normalised IQM' offset 0.7,0
  set xrange [0:25000]; set yrange [*:*]
  set xtics ('0' 0, '5k' 5000, '10k' 10000, '15k' 15000, '20k' 20000, '25k' 25000)
  set ytics autofreq
  unset arrow 100
  plot data every ::0::10 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::0::10 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 1::0::10 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::11::21 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::11::21 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 1::11::21 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::22::32 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::22::32 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 1::22::32 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::33::43 using 4:6:7 with filledcurves lc rgb '#CC78BC', \
    data every ::33::43 using 4:5 with lines lc rgb '#CC78BC' lw 2 dt (5,2), \
    data every 1::33::43 using 4:5 with points pt 11 ps 0.55 lc rgb '#CC78BC', \
    data every ::44::54 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::44::54 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 1::44::54 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset arrow; unset label
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.82168; set bmargin at screen 0.17483
  set title 'by training time' offset 0,-0.7
  set xlabel 'share of the longest training' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:0.21615527054339878]; set yrange [*:*]
  set xtics ('0.00' 0, '0.05' 0.05, '0.10' 0.1, '0.15' 0.15000000000000002, '0.20' 0.2)
  set ytics autofreq
  unset arrow 100
  plot data every ::55::254 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::55::254 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every ::255::454 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::255::454 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 33::294::454 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::455::654 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::455::654 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 33::468::654 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::655::854 using 4:6:7 with filledcurves lc rgb '#CC78BC', \
    data every ::655::854 using 4:5 with lines lc rgb '#CC78BC' lw 2 dt (5,2), \
    data every 33::674::854 using 4:5 with points pt 11 ps 0.55 lc rgb '#CC78BC', \
    data every ::855::1054 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::855::1054 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 33::881::1054 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset multiplot
  unset output
}
