# gnuplot improvement.gp draws improvement.csv as improvement.svg, improvement.pdf and improvement.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'improvement.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 454,157 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 12.00cm,4.15cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 907,314 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'improvement.'.kind
  set multiplot
  set border 3 lc rgb '#606060'
  set tics nomirror out scale 0.4
  set xtics offset 0,0.35
  set grid lc rgb '#D8D8D8' lw 0.8 dt 1
  unset key
  set style fill transparent solid 0.18 noborder
  set lmargin at screen 0.24208; set rmargin at screen 0.96667
  set tmargin at screen 0.87952; set bmargin at screen 0.24096
  set title '' offset 0,-0.7
  set xlabel 'P(X > Y)' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0:1]; set yrange [5.6:-0.6]
  set xtics ('0.0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6000000000000001, '0.8' 0.8, '1.0' 1)
  set ytics ('omad > hasac' 0, 'omad > masac' 1, 'omad > hatd3' 2, 'hasac > hatd3' 3, 'masac > hatd3' 4, 'masac > hasac' 5)
  unset arrow 100
  set arrow 100 from 0.5,graph 0 to 0.5,graph 1 nohead lc rgb '#606060' lw 1 dt (4,3)
  plot data every ::0::0 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2', \
    data every ::1::1 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2', \
    data every ::2::2 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2', \
    data every ::3::3 using 4:5:6:7 with xerrorbars pt 5 ps 0.75 lw 2 lc rgb '#DE8F05', \
    data every ::4::4 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73', \
    data every ::5::5 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73'
  unset arrow; unset label
  unset multiplot
  unset output
}
