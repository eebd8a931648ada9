# gnuplot curves-all.gp draws curves-all.csv as curves-all.svg, curves-all.pdf and curves-all.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'curves-all.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 643,413 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 17.00cm,10.92cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 1285,825 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'curves-all.'.kind
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
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.90659; set bmargin at screen 0.56777
  set title 'mamujoco/ant-2x4' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:50000]; set yrange [*:*]
  set xtics ('0' 0, '10k' 10000, '20k' 20000, '30k' 30000, '40k' 40000, '50k' 50000)
  set ytics autofreq
  unset arrow 100
  plot data every ::84::104 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::84::104 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 3::84::104 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::105::125 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::105::125 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 3::105::125 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::126::146 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::126::146 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 3::127::146 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::147::167 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::147::167 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 3::149::167 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  set lmargin at screen 0.09412; set rmargin at screen 0.49118
  set tmargin at screen 0.43040; set bmargin at screen 0.09158
  set title 'mamujoco/walker2d-2x3' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel 'return' offset 0.7,0
  set xrange [0:50000]; set yrange [*:*]
  set xtics ('0' 0, '10k' 10000, '20k' 20000, '30k' 30000, '40k' 40000, '50k' 50000)
  set ytics autofreq
  unset arrow 100
  plot data every ::168::188 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::168::188 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 3::168::188 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::189::209 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::189::209 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 3::189::209 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::210::230 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::210::230 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 3::211::230 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::231::251 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::231::251 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 3::233::251 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  set lmargin at screen 0.57941; set rmargin at screen 0.97647
  set tmargin at screen 0.43040; set bmargin at screen 0.09158
  set title 'mpe/coop-nav-n3' offset 0,-0.7
  set xlabel 'environment steps' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:100000]; set yrange [*:*]
  set xtics ('0' 0, '20k' 20000, '40k' 40000, '60k' 60000, '80k' 80000, '100k' 100000)
  set ytics autofreq
  unset arrow 100
  plot data every ::252::272 using 4:6:7 with filledcurves lc rgb '#DE8F05', \
    data every ::252::272 using 4:5 with lines lc rgb '#DE8F05' lw 2 dt (9,3), \
    data every 3::252::272 using 4:5 with points pt 5 ps 0.55 lc rgb '#DE8F05', \
    data every ::273::293 using 4:6:7 with filledcurves lc rgb '#029E73', \
    data every ::273::293 using 4:5 with lines lc rgb '#029E73' lw 2 dt (2.5,2), \
    data every 3::273::293 using 4:5 with points pt 9 ps 0.55 lc rgb '#029E73', \
    data every ::294::314 using 4:6:7 with filledcurves lc rgb '#D55E00', \
    data every ::294::314 using 4:5 with lines lc rgb '#D55E00' lw 2 dt (9,3,2,3), \
    data every 3::295::314 using 4:5 with points pt 13 ps 0.55 lc rgb '#D55E00', \
    data every ::315::335 using 4:6:7 with filledcurves lc rgb '#0173B2', \
    data every ::315::335 using 4:5 with lines lc rgb '#0173B2' lw 2 dt 1, \
    data every 3::317::335 using 4:5 with points pt 7 ps 0.55 lc rgb '#0173B2'
  unset multiplot
  unset output
}
