# gnuplot curves-mamujoco-ant-2x4.gp draws curves-mamujoco-ant-2x4.csv as curves-mamujoco-ant-2x4.svg, curves-mamujoco-ant-2x4.pdf and curves-mamujoco-ant-2x4.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'curves-mamujoco-ant-2x4.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 317,232 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 8.40cm,6.14cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 635,464 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'curves-mamujoco-ant-2x4.'.kind
  set multiplot
  set border 3 lc rgb '#606060'
  set tics nomirror out scale 0.4
  set xtics offset 0,0.35
  set grid lc rgb '#D8D8D8' lw 0.8 dt 1
  unset key
  set style fill transparent solid 0.18 noborder
  set arrow 1 from screen 0.01190,0.95765 to screen 0.10714,0.95765 nohead lc rgb '#0173B2' lw 2 dt 1
  set label 1 'omad' at screen 0.12500,0.95765 left
  set label 2 '' at screen 0.05952,0.95765 point pt 7 ps 0.55 lc rgb '#0173B2'
  set arrow 2 from screen 0.27976,0.95765 to screen 0.37500,0.95765 nohead lc rgb '#DE8F05' lw 2 dt (9,3)
  set label 3 'hasac' at screen 0.39286,0.95765 left
  set label 4 '' at screen 0.32738,0.95765 point pt 5 ps 0.55 lc rgb '#DE8F05'
  set arrow 3 from screen 0.54762,0.95765 to screen 0.64286,0.95765 nohead lc rgb '#029E73' lw 2 dt (2.5,2)
  set label 5 'masac' at screen 0.66071,0.95765 left
  set label 6 '' at screen 0.59524,0.95765 point pt 9 ps 0.55 lc rgb '#029E73'
  set arrow 4 from screen 0.01190,0.88925 to screen 0.10714,0.88925 nohead lc rgb '#D55E00' lw 2 dt (9,3,2,3)
  set label 7 'hatd3' at screen 0.12500,0.88925 left
  set label 8 '' at screen 0.05952,0.88925 point pt 13 ps 0.55 lc rgb '#D55E00'
  set lmargin at screen 0.19048; set rmargin at screen 0.95238
  set tmargin at screen 0.76547; set bmargin at screen 0.16287
  set title 'mamujoco/ant-2x4' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel 'return' offset 0.7,0
  set xrange [0:50000]; set yrange [*:*]
  set xtics ('0' 0, '10k' 10000, '20k' 20000, '30k' 30000, '40k' 40000, '50k' 50000)
  set ytics autofreq
  unset arrow 100
  plot data every ::0::20 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::0::20 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 3::0::20 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::21::41 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::21::41 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 3::21::41 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::42::62 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::42::62 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 3::43::62 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::63::83 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::63::83 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 3::65::83 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset arrow; unset label
  unset multiplot
  unset output
}
