# gnuplot aggregate.gp draws aggregate.csv as aggregate.svg, aggregate.pdf and aggregate.png.
set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
data = 'aggregate.csv'
do for [kind in 'svg pdf png'] {
  if (kind eq 'svg') { set terminal svg size 643,138 noenhanced font 'sans-serif,10' }
  if (kind eq 'pdf') { set terminal pdfcairo size 17.00cm,3.65cm noenhanced font 'sans-serif,7.5' fontscale 0.7 }
  if (kind eq 'png') { set terminal pngcairo size 1285,276 noenhanced font 'sans-serif,7.5' fontscale 2 linewidth 2 pointscale 2 }
  set output 'aggregate.'.kind
  set multiplot
  set border 3 lc rgb '#606060'
  set tics nomirror out scale 0.4
  set xtics offset 0,0.35
  set grid lc rgb '#D8D8D8' lw 0.8 dt 1
  unset key
  set style fill transparent solid 0.18 noborder
  set lmargin at screen 0.08382; set rmargin at screen 0.27610
  set tmargin at screen 0.86301; set bmargin at screen 0.27397
  set title 'median' offset 0,-0.7
  set xlabel 'normalised score' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0.10071490853512492:0.4087191448801078]; set yrange [3.6:-0.6]
  set xtics ('0.2' 0.2, '0.4' 0.4)
  set ytics ('hasac' 0, 'masac' 1, 'hatd3' 2, 'omad' 3)
  unset arrow 100
  plot data every ::0::0 using 4:5:6:7 with xerrorbars pt 5 ps 0.75 lw 2 lc rgb '#DE8F05', \
    data every ::1::1 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73', \
    data every ::2::2 using 4:5:6:7 with xerrorbars pt 13 ps 0.75 lw 2 lc rgb '#D55E00', \
    data every ::3::3 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2'
  unset arrow; unset label
  set lmargin at screen 0.31728; set rmargin at screen 0.50956
  set tmargin at screen 0.86301; set bmargin at screen 0.27397
  set title 'IQM' offset 0,-0.7
  set xlabel 'normalised score' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0.10071490853512494:0.4087191448801078]; set yrange [3.6:-0.6]
  set xtics ('0.2' 0.2, '0.4' 0.4)
  set ytics ('' 0, '' 1, '' 2, '' 3)
  unset arrow 100
  plot data every ::4::4 using 4:5:6:7 with xerrorbars pt 5 ps 0.75 lw 2 lc rgb '#DE8F05', \
    data every ::5::5 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73', \
    data every ::6::6 using 4:5:6:7 with xerrorbars pt 13 ps 0.75 lw 2 lc rgb '#D55E00', \
    data every ::7::7 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2'
  set lmargin at screen 0.55074; set rmargin at screen 0.74301
  set tmargin at screen 0.86301; set bmargin at screen 0.27397
  set title 'mean' offset 0,-0.7
  set xlabel 'normalised score' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0.2119741640340477:0.4201827588150656]; set yrange [3.6:-0.6]
  set xtics ('0.3' 0.30000000000000004, '0.4' 0.4)
  set ytics ('' 0, '' 1, '' 2, '' 3)
  unset arrow 100
  plot data every ::8::8 using 4:5:6:7 with xerrorbars pt 5 ps 0.75 lw 2 lc rgb '#DE8F05', \
    data every ::9::9 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73', \
    data every ::10::10 using 4:5:6:7 with xerrorbars pt 13 ps 0.75 lw 2 lc rgb '#D55E00', \
    data every ::11::11 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2'
  set lmargin at screen 0.78419; set rmargin at screen 0.97647
  set tmargin at screen 0.86301; set bmargin at screen 0.27397
  set title 'optimality gap' offset 0,-0.7
  set xlabel 'lower is better' offset 0,0.9
  set ylabel '' offset 0.7,0
  set xrange [0.5798172411849345:0.7880258359659523]; set yrange [3.6:-0.6]
  set xtics ('0.6' 0.6000000000000001, '0.7' 0.7000000000000001)
  set ytics ('' 0, '' 1, '' 2, '' 3)
  unset arrow 100
  plot data every ::12::12 using 4:5:6:7 with xerrorbars pt 5 ps 0.75 lw 2 lc rgb '#DE8F05', \
    data every ::13::13 using 4:5:6:7 with xerrorbars pt 9 ps 0.75 lw 2 lc rgb '#029E73', \
    data every ::14::14 using 4:5:6:7 with xerrorbars pt 13 ps 0.75 lw 2 lc rgb '#D55E00', \
    data every ::15::15 using 4:5:6:7 with xerrorbars pt 7 ps 0.75 lw 2 lc rgb '#0173B2'
  unset multiplot
  unset output
}
